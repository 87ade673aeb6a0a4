import type { Connection } from '@tetracast/hub';
import type { Refusal } from '@tetracast/message-model';
import { toCodedError } from '@tetracast/service-kit';
import type { FastifyBaseLogger } from 'fastify';

/** What an acknowledgement is called with. */
export type Answer =
  ({ readonly ok: true } & Readonly<Record<string, unknown>>) | { readonly ok: false; readonly error: Refusal };

/** Answers an event; does nothing when the client asked for no acknowledgement. */
export type Reply = (answer: Answer) => void;

/** The arguments of an event, and the acknowledgement that stands behind them if the client asked for one. */
export function splitAck(args: readonly unknown[]): { values: readonly unknown[]; reply: Reply } {
  const last = args.at(-1);
  if (typeof last === 'function') return { values: args.slice(0, -1), reply: last as Reply };
  return { values: args, reply: () => undefined };
}

/**
 * Runs what an event asks for; whatever fails is answered. Never rejects. Nothing is done for a connection that was ended while the
 * event waited for its turn: its token was revoked, say.
 */
export async function answering(
  connection: Connection,
  reply: Reply,
  log: FastifyBaseLogger,
  serve: () => Promise<void>,
): Promise<void> {
  if (connection.isClosed()) return;
  try {
    await serve();
  } catch (error) {
    const { code, message } = toCodedError(error);
    if (code === 'internal') log.error({ err: error }, 'a Socket.IO event failed');
    reply({ ok: false, error: { code, message } });
  }
}
