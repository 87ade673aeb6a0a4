import { type Message, OWN_EVENT_PREFIX, RESET_EVENT, type Reset } from '@tetracast/message-model';
import { io } from 'socket.io-client';
import type { RunSubscriber } from './subscribers';

/** `socket.io-client`, left alone: it comes back by itself with the cursor of the last event. */
export function runSocketio(transports: readonly ('polling' | 'websocket')[]): RunSubscriber {
  return async ({ url, channels, parameters, events, trace, signal }) => {
    const socket = io(url, {
      transports: [...transports],
      auth: { channels, ...parameters },
      forceNew: true,
      reconnectionDelay: 25,
      reconnectionDelayMax: 400,
    });
    signal.addEventListener('abort', () => socket.disconnect());
    for (const event of events)
      socket.on(event, (data: unknown, info: Omit<Message, 'data'>) => trace.message({ ...info, data }));
    socket.on(RESET_EVENT, (reset: Reset) => trace.reset(reset));
    await new Promise<void>((resolve, reject) => {
      const failIfOver = (reason: string): void => {
        if (socket.active || signal.aborted) return;
        const error = new Error(`socket.io-client gave up: ${reason}`);
        trace.fail(error);
        reject(error);
      };
      socket.on('disconnect', failIfOver);
      socket.on('connect_error', ({ message }) => failIfOver(message));
      // The priming event: from then on the client has a place to go on from.
      socket.onAny((event: string) => {
        if (event.startsWith(OWN_EVENT_PREFIX)) resolve();
      });
    });
  };
}
