import { Grant } from '../src';
import { VerifiedTokens } from '../src/verified-tokens';

const grant = Grant.anonymous([], []);

describe('verified tokens', () => {
  it('are no more than there is room for: the oldest is forgotten', () => {
    const tokens = new VerifiedTokens(2);
    for (const token of ['a', 'b', 'a', 'c']) tokens.set(token, grant, Infinity);

    expect(['a', 'b', 'c'].filter((token) => tokens.get(token) === grant)).toEqual(['a', 'c']);
  });

  it('are known until their time', () => {
    const tokens = new VerifiedTokens(2);
    tokens.set('a', grant, Date.now());

    expect(tokens.get('a')).toBeUndefined();
  });
});
