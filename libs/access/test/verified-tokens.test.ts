import { nodeRuntime } from '@tetracast/node-io/runtime';
import { Permissions } from '../src';
import { VerifiedTokens } from '../src/tokens/verified-tokens';

const permissions = Permissions.anonymous([], []);

describe('verified tokens', () => {
  it('are no more than there is room for: the oldest is forgotten', () => {
    const tokens = new VerifiedTokens(2, nodeRuntime);
    for (const token of ['a', 'b', 'a', 'c']) tokens.set(token, permissions, Infinity);

    expect(['a', 'b', 'c'].filter((token) => tokens.get(token) === permissions)).toEqual(['a', 'c']);
  });

  it('are known until their time', () => {
    const tokens = new VerifiedTokens(2, nodeRuntime);
    tokens.set('a', permissions, Date.now());

    expect(tokens.get('a')).toBeUndefined();
  });
});
