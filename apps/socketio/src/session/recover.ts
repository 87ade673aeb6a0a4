import type { Permissions } from '@tetracast/access';
import type { Tetracast } from '@tetracast/service-kit';
import type { SubscriptionRequest } from '@tetracast/session';
import type { Socket } from 'socket.io';
import { readHandshake, withoutOffset } from './handshake';
import { isPid } from './private-id';
import { RecoverableSession } from './recoverable-session';
import { sessionTtlMs } from './session-ttl';
import type { SocketioSink } from '../socketio-sink';

export interface Recovery {
  readonly recoverable: RecoverableSession;
  /** It was taken up again by its private id. */
  readonly isKnown: boolean;
  readonly subscription: SubscriptionRequest;
}

/**
 * Takes up the session of the private id that the client sends, if it is its own, or creates one. `isInUse` says whether a
 * socket id belongs to another namespace of the same connection.
 *
 * @throws BusUnavailableError; CodedError as `readHandshake`
 */
export async function recover(
  { access, bus, settings, runtime }: Tetracast,
  { id, nsp, handshake }: Socket,
  asked: SubscriptionRequest,
  user: string | undefined,
  isInUse: (socketId: string) => boolean,
): Promise<Recovery> {
  const { auth } = handshake;
  const pid: unknown = auth['pid'];
  const owner = { namespace: nsp.name, user, mayChange: !access.isOpen };
  const resumed = await RecoverableSession.resume(pid, owner, bus, sessionTtlMs(settings), runtime);
  const known = resumed === undefined || isInUse(resumed.socketId) ? undefined : resumed;
  const recoverable = known ?? RecoverableSession.create(id, owner, runtime);
  // Another client's offset means nothing to this one.
  const isForeign = known === undefined && isPid(pid);
  const subscription = isForeign ? readHandshake(nsp.name, withoutOffset(auth)) : asked;
  return { recoverable, isKnown: known !== undefined, subscription };
}

/**
 * The channels a client begins with: those it names, and those it added on earlier connections, as far as it still may have
 * them. The others are removed from its session, and the client gets an error as of a `subscribe` that was refused.
 */
export function allowedChannels(
  recoverable: RecoverableSession,
  named: readonly string[],
  permissions: Permissions,
  maxChannels: number,
  sink: SocketioSink,
): string[] {
  recoverable.channels(named);
  const forbidden = recoverable.withdraw((name) => permissions.maySubscribe(name));
  if (forbidden.length > 0) {
    const code = permissions.claims === undefined ? 'unauthorized' : 'forbidden';
    const message = 'These channels are not allowed any more: the client was unsubscribed from them';
    sink.refuse('subscribe', { code, message }, forbidden);
  }
  const excess = recoverable.withdraw((_name, before) => before < maxChannels);
  if (excess.length > 0) {
    const message = `At most ${maxChannels} channels on one connection: the client was unsubscribed from these`;
    sink.refuse('subscribe', { code: 'too_many_channels', message }, excess);
  }
  return recoverable.channels(named);
}
