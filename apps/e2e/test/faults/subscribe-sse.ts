import { type Message, RESET_EVENT, type Reset } from '@tetracast/message-model';
import { EventSource } from 'eventsource';
import type { Subscription } from './subscribers';

/** `EventSource`, left alone: it comes back by itself with `Last-Event-ID`, and must never be given a reason not to. */
export async function runSse({ url, channels, parameters, events, trace, signal }: Subscription): Promise<void> {
  const query = new URLSearchParams({ channel: channels.join(), ...parameters });
  const source = new EventSource(`${url}/sse?${query.toString()}`);
  signal.addEventListener('abort', () => source.close());
  for (const event of events)
    source.addEventListener(event, ({ data }) => trace.message(JSON.parse(data as string) as Message));
  source.addEventListener(RESET_EVENT, ({ data }) => trace.reset(JSON.parse(data as string) as Reset));
  await new Promise<void>((resolve, reject) => {
    source.addEventListener('open', () => resolve());
    source.addEventListener('error', ({ code, message }) => {
      if (source.readyState !== source.CLOSED || signal.aborted) return;
      const error = new Error(`EventSource gave up: ${code ?? ''} ${message ?? ''}`);
      trace.fail(error);
      reject(error);
    });
  });
}
