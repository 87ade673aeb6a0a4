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
  /** Whether an earlier session was resumed by its private id. */
  readonly isKnown: boolean;
  readonly subscription: SubscriptionRequest;
}

/**
 * Resumes the session of the private id that the client sends, if it is the client's, or creates one. `isInUse` says whether another
 * namespace of the connection has a socket id.
 *
 * @throws BusUnavailableError; CodedError as `readHandshake`
 */
export async function recover(
  { access, bus, settings, runtime }: Tetracast,
  { id, nsp, handshake }: Socket,
  requested: SubscriptionRequest,
  user: string | undefined,
  isInUse: (socketId: string) => boolean,
): Promise<Recovery> {
  const { auth } = handshake;
  const pid: unknown = auth['pid'];
  const owner = { namespace: nsp.name, user, mayChange: !access.isOpen };
  const resumed = await RecoverableSession.resume(pid, owner, bus, sessionTtlMs(settings), runtime);
  const known = resumed === undefined || isInUse(resumed.socketId) ? undefined : resumed;
  const recoverable = known ?? RecoverableSession.create(id, owner, runtime);
  // The offset belongs to the session of another client.
  const isForeign = known === undefined && isPid(pid);
  const subscription = isForeign ? readHandshake(nsp.name, withoutOffset(auth)) : requested;
  return { recoverable, isKnown: known !== undefined, subscription };
}

/**
 * The channels a client begins with: those it names, and those it added on earlier connections, if they are still allowed. Removes the
 * others from its session, and sends the client an error as for a refused `subscribe`.
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
    const message = 'the token does not allow these channels: the server unsubscribed from them';
    sink.refuse('subscribe', { code, message }, forbidden);
  }
  const excess = recoverable.withdraw((_name, before) => before < maxChannels);
  if (excess.length > 0) {
    const message = `one connection has at most ${maxChannels} channels: the server unsubscribed from these`;
    sink.refuse('subscribe', { code: 'too_many_channels', message }, excess);
  }
  return recoverable.channels(named);
}
