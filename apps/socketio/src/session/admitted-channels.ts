import type { SubscriptionRequest } from '@tetracast/session';
import type { Permissions } from '@tetracast/access';
import type { Session } from './session';
import type { SocketioSink } from '../socketio-sink';

/**
 * The channels a client begins with: those it names, and those it added on earlier connections, as far as it still may have
 * them. The others are taken back, and it is told so, as of a `subscribe` that was refused.
 *
 * @throws CodedError `forbidden`, `unauthorized` for a channel that it names itself
 */
export function admittedChannels(
  session: Session,
  { channels: named }: SubscriptionRequest,
  permissions: Permissions,
  maxChannels: number,
  sink: SocketioSink,
): string[] {
  session.channels(named);
  const forbidden = session.withdraw((name) => permissions.maySubscribe(name));
  if (forbidden.length > 0) {
    const code = permissions.claims === undefined ? 'unauthorized' : 'forbidden';
    const message = 'These channels are not allowed any more: the client was unsubscribed from them';
    sink.refuse('subscribe', { code, message }, forbidden);
  }
  const excess = session.withdraw((_name, before) => before < maxChannels);
  if (excess.length > 0) {
    const message = `At most ${maxChannels} channels on one connection: the client was unsubscribed from these`;
    sink.refuse('subscribe', { code: 'too_many_channels', message }, excess);
  }
  const channels = session.channels(named);
  permissions.requireSubscribe(channels);
  return channels;
}
