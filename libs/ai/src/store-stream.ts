import type { TetracastError } from '@tetracast/client';
import type { Producer } from '@tetracast/client/stream';

/** Where a stream goes besides the channel: its methods may throw once its reader has gone. */
export type Through = Pick<ReadableStreamDefaultController<string>, 'enqueue' | 'close' | 'error'>;

/**
 * Stores a stream of text with `produce` of `@tetracast/client/stream`, and ends the channel. A cancel of the channel cancels the stream;
 * if the stream fails, so does the channel. Resolves once the end is stored.
 *
 * @param through gets the text, too, even if it cannot be stored
 * @throws TetracastError why the text or the end cannot be stored
 */
export async function storeStream(out: Producer, stream: ReadableStream<string>, through?: Through): Promise<void> {
  const reader = stream.getReader();
  out.signal.addEventListener('abort', () => {
    const reason = out.signal.reason as TetracastError;
    if (reason.code === 'cancelled' || !through) reader.cancel(reason).catch(() => undefined);
  });
  const pass = (action: (to: Through) => void): void => {
    try {
      if (through) action(through);
    } catch {
      // Its reader has gone.
    }
  };
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      const { value } = next;
      pass((to) => to.enqueue(value));
      await out.append(value).catch(() => undefined);
    }
  } catch (error) {
    pass((to) => to.error(error));
    return out.fail(error instanceof Error ? error.message : String(error));
  }
  pass((to) => to.close());
  await out.end();
}
