import { type ClosedNamespaces, Permissions } from '@tetracast/access';
import { RELAY_NAMESPACE } from '@tetracast/message-model';
import type { AccessSettings, Audience, NamespacePolicy, NamespaceSettings } from '../session-settings';
import { configuredKeys } from './configured-keys';

type Act = Exclude<keyof ClosedNamespaces, 'cancel'>;

/**
 * What a client without a token may do. Default: everything if the server has no keys, else nothing. The policy of a namespace comes
 * before that. With keys only the policy of a namespace lets such a client end a channel.
 */
export function publicPermissions(settings: AccessSettings & NamespaceSettings): Permissions {
  const { publicSubscribe, publicPublish, publicPresence, namespaces } = settings;
  const isOpen = configuredKeys(settings) === undefined;
  const unset = isOpen ? ['*'] : [];
  const namesOf = (act: Act, audience: Audience): string[] =>
    [...namespaces].filter(([, policy]: [string, NamespacePolicy]) => policy[act] === audience).map(([name]) => name);
  const patternsOf = (act: Act, given: readonly string[]): string[] => [
    ...(given.length > 0 ? given : unset),
    ...namesOf(act, 'public').map((name) => `${name}:*`),
  ];
  const closedTo = (audience: Audience, ...more: string[]): ClosedNamespaces => {
    const publish = namesOf('publish', audience);
    return {
      subscribe: new Set(namesOf('subscribe', audience)),
      publish: new Set([...publish, ...more]),
      end: new Set([...publish, ...namesOf('end', audience), ...more]),
      cancel: new Set(publish),
    };
  };
  return Permissions.anonymous(patternsOf('subscribe', publicSubscribe), patternsOf('publish', publicPublish), {
    needsToken: closedTo('token'),
    // Only relays publish there. Their readers are no publishers, and stop an answer all the same.
    closed: closedTo('backend', RELAY_NAMESPACE),
    end: patternsOf('end', []),
    cancel: isOpen ? [`${RELAY_NAMESPACE}:*`] : [],
    presence: publicPresence.length > 0 ? publicPresence : unset,
  });
}
