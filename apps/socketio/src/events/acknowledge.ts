import { CodedError, type Refusal } from '@tetracast/message-model';
import type { Tetracast } from '@tetracast/service-kit';
import { toCodedError } from '@tetracast/session';
import type { FastifyBaseLogger } from 'fastify';
import type { Socket } from 'socket.io';
import type { Subscriber } from '../session/admit-client';

/** The argument of an acknowledgement. */
export type Acknowledgement =
  ({ readonly ok: true } & Readonly<Record<string, unknown>>) | { readonly ok: false; readonly error: Refusal };

/** Answers an event. Without an acknowledgement the client gets refusals only, as `tetracast:error`. */
export type Reply = (answer: Acknowledgement) => void;

/** What a client emitted: the name as a string, although the stock client allows numbers, and the arguments without the acknowledgement. */
export interface Emitted {
  readonly event: string;
  readonly values: readonly unknown[];
  readonly reply: Reply;
}

const INFINITE_NAME: Refusal = { code: 'invalid_event', message: 'the event name is no finite number: send a string' };

/** Calls `serve` with each event that a client emits. */
export function onEmitted(
  socket: Socket,
  { session, engineConnection, sink }: Subscriber,
  serve: (emitted: Emitted) => void,
): void {
  socket.onAny((name: string | number, ...args: unknown[]) => {
    // One payload may contain thousands more events, which the server would refuse one by one.
    if (session.connection.isClosed() || engineConnection.isAbusive) return;
    const event = String(name);
    const last = args.at(-1);
    const hasAcknowledgement = typeof last === 'function';
    const reply: Reply = hasAcknowledgement
      ? (last as Reply)
      : (answer) => {
          if (!answer.ok) sink.refuse(event, answer.error);
        };
    // JSON parses a number such as 1e400 as infinite.
    if (typeof name === 'number' && !Number.isFinite(name)) reply({ ok: false, error: INFINITE_NAME });
    else serve({ event, values: hasAcknowledgement ? args.slice(0, -1) : args, reply });
    engineConnection.regulate();
  });
}

/** The argument of an event of the server itself. @throws CodedError `invalid_request` if there are more */
export function soleArgument([argument, ...others]: readonly unknown[]): unknown {
  if (others.every((other) => other == null)) return argument;
  throw new CodedError('invalid_request', 'this event takes one argument: send one object');
}

/**
 * Serves an event, and answers with any error. Never rejects. Does nothing if the connection ended while the event waited, for
 * example because its token was revoked.
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
    // After the answers to the events of this turn. The stock client reconnects after a pause.
    if (isAbusive()) runtime.setImmediate(() => engineConnection.close());
  }
}
