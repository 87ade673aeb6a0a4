import { CodedError, type Refusal } from '@tetracast/message-model';
import type { Tetracast } from '@tetracast/service-kit';
import { toCodedError } from '@tetracast/session';
import type { FastifyBaseLogger } from 'fastify';
import type { Socket } from 'socket.io';
import type { Subscriber } from '../session/admit-client';

/** What an acknowledgement is called with. */
export type Acknowledgement =
  ({ readonly ok: true } & Readonly<Record<string, unknown>>) | { readonly ok: false; readonly error: Refusal };

/** Answers an event. A client that asked for no acknowledgement gets only refusals, by `tetracast:error`. */
export type Reply = (answer: Acknowledgement) => void;

/** What a client emitted: the name as a text, though the stock client takes numbers, and the arguments without the acknowledgement. */
export interface Emitted {
  readonly event: string;
  readonly values: readonly unknown[];
  readonly reply: Reply;
}

const INFINITE_NAME: Refusal = { code: 'invalid_event', message: 'an event name that is a number must be finite' };

/** Has `serve` called with all that a client emits. */
export function onEmitted(
  socket: Socket,
  { session, engineConnection, sink }: Subscriber,
  serve: (emitted: Emitted) => void,
): void {
  socket.onAny((name: string | number, ...args: unknown[]) => {
    // One payload may bring thousands more, each of which would be refused.
    if (session.connection.isClosed() || engineConnection.isAbusive) return;
    const event = String(name);
    const last = args.at(-1);
    const isAsked = typeof last === 'function';
    const reply: Reply = isAsked
      ? (last as Reply)
      : (answer) => {
          if (!answer.ok) sink.refuse(event, answer.error);
        };
    // What JSON cannot write was another number when it was sent: 1e400, say.
    if (typeof name === 'number' && !Number.isFinite(name)) reply({ ok: false, error: INFINITE_NAME });
    else serve({ event, values: isAsked ? args.slice(0, -1) : args, reply });
    engineConnection.regulate();
  });
}

/** The argument of one of the server's own events. @throws CodedError `invalid_request` when there are more */
export function soleArgument([argument, ...others]: readonly unknown[]): unknown {
  if (others.every((other) => other == null)) return argument;
  throw new CodedError('invalid_request', 'this event takes one argument, an object');
}

/**
 * Serves an event, and answers any error. Never rejects. It does nothing for a connection that ended while the event waited for
 * its turn: its token was revoked, say.
 */
export async function acknowledge(
  { runtime }: Pick<Tetracast, 'runtime'>,
  { session, engineConnection }: Subscriber,
  reply: Reply,
  logger: FastifyBaseLogger,
  serve: () => Promise<void>,
): Promise<void> {
  const isAbusive = (): boolean => engineConnection.isAbusive;
  if (session.connection.isClosed() || isAbusive()) return;
  try {
    await serve();
  } catch (error) {
    const { code, message } = toCodedError(error);
    if (code === 'internal') logger.error({ err: error }, 'a Socket.IO event failed');
    reply({ ok: false, error: { code, message } });
    // After what was refused in this turn has been answered; the stock client comes back after a while.
    if (isAbusive()) runtime.setImmediate(() => engineConnection.close());
  }
}
