import { BusUnavailableError } from '@tetracast/bus';
import type { Hub } from '@tetracast/hub';
import type { EncodedMessage } from '@tetracast/message-model';
import type { Runtime } from '@tetracast/node-io/runtime';

const RETRY_EVERY_MS = 250;

/**
 * Subscribes to the channel of a relay from its start, again and again until it can or `signal` aborts. Its failure must not end the
 * answer: a client that asks again with the same idempotency key would only ever get the failure.
 */
export async function watchChannel(
  { hub, runtime }: { readonly hub: Hub; readonly runtime: Runtime },
  channel: string,
  signal: AbortSignal,
  onMessage: (message: EncodedMessage) => void,
): Promise<() => void> {
  while (!signal.aborted) {
    try {
      return await hub.subscribeInternally(
        channel,
        { kind: 'earliest' },
        { onMessage: (_data, message) => onMessage(message) },
      );
    } catch (error) {
      if (!(error instanceof BusUnavailableError)) throw error;
      await new Promise<void>((resolve) => runtime.setTimeout(resolve, RETRY_EVERY_MS));
    }
  }
  return () => undefined;
}
