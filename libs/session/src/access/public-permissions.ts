import { Permissions } from '@tetracast/access';
import type { AccessSettings, Audience, NamespacePolicy, NamespaceSettings } from '../session-settings';
import { configuredKeys } from './configured-keys';

/**
 * What a client without a token may do. Default: everything if the server has no keys, else nothing. The policy of a namespace comes
 * before that.
 */
export function publicPermissions(settings: AccessSettings & NamespaceSettings): Permissions {
  const { publicSubscribe, publicPublish, namespaces } = settings;
  const unset = configuredKeys(settings) === undefined ? ['*'] : [];
  const namesOf = (act: 'subscribe' | 'publish', audience: Audience): string[] =>
    [...namespaces].filter(([, policy]: [string, NamespacePolicy]) => policy[act] === audience).map(([name]) => name);
  const patternsOf = (act: 'subscribe' | 'publish', given: readonly string[]): string[] => [
    ...(given.length > 0 ? given : unset),
    ...namesOf(act, 'public').map((name) => `${name}:*`),
  ];
  const closedTo = (audience: Audience) => ({
    subscribe: new Set(namesOf('subscribe', audience)),
    publish: new Set(namesOf('publish', audience)),
  });
  return Permissions.anonymous(patternsOf('subscribe', publicSubscribe), patternsOf('publish', publicPublish), {
    needsToken: closedTo('token'),
    closed: closedTo('backend'),
  });
}
