import { publicPermissions } from '../../src/access/public-permissions';
import type { NamespacePolicy } from '../../src/session-settings';
import { sessionSettings } from '../session-settings';

const NAMESPACES = new Map<string, NamespacePolicy>([
  ['open', { subscribe: 'public', publish: 'public' }],
  ['team', { subscribe: 'token' }],
  ['prices', { subscribe: 'public', publish: 'backend' }],
  ['chat', { history: { size: 1, ttlMs: 1 } }],
]);

const CHANNELS = ['a', 'open:a', 'team:a', 'prices:a', 'chat:a'];

function allowed(changed: Parameters<typeof sessionSettings>[0]): Record<'subscribe' | 'publish', string[]> {
  const permissions = publicPermissions(sessionSettings({ namespaces: NAMESPACES, ...changed }));
  return {
    subscribe: CHANNELS.filter((channel) => permissions.maySubscribe(channel)),
    publish: CHANNELS.filter((channel) => permissions.mayPublish(channel)),
  };
}

const SECRET = { authSecret: 'x'.repeat(32) };

describe('without a token a client may use', () => {
  it('with keys, the namespaces that are public', () => {
    expect(allowed(SECRET)).toEqual({ subscribe: ['open:a', 'prices:a'], publish: ['open:a'] });
  });

  it('with PUBLIC_SUBSCRIBE and PUBLIC_PUBLISH, those too, but for the namespaces that are not public', () => {
    expect(allowed({ ...SECRET, publicSubscribe: ['*'], publicPublish: ['prices:a', 'chat:*'] })).toEqual({
      subscribe: ['a', 'open:a', 'prices:a', 'chat:a'],
      publish: ['open:a', 'chat:a'],
    });
  });

  it('without keys, everything but those', () => {
    expect(allowed({})).toEqual({
      subscribe: ['a', 'open:a', 'prices:a', 'chat:a'],
      publish: ['a', 'open:a', 'team:a', 'chat:a'],
    });
  });
});
