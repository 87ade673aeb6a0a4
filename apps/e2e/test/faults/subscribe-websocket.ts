import { adviceOf, cursorAfter, type ServerFrame } from '@tetracast/message-model';
import WebSocket from 'ws';
import { BackOff } from './back-off';
import type { Subscription } from './subscribers';

/** `WebSocket`, and what the lab page's websocket.js does around it: back off, and go on after the last message. */
export async function runWebSocket({ url, channels, parameters, trace, signal }: Subscription): Promise<void> {
  const backOff = new BackOff(signal);
  let cursor: string | undefined;

  const take = (frame: ServerFrame): boolean => {
    if (frame.type === 'message') {
      cursor = cursorAfter(frame);
      trace.message(frame);
    } else if (frame.type === 'reset') {
      ({ cursor } = frame);
      trace.reset(frame);
    } else if (frame.type === 'subscribed') cursor ??= frame.cursor;
    return frame.type === 'subscribed';
  };
  /** Resolves with the close code. */
  const connect = (subscribed: () => void): Promise<number> =>
    new Promise((resolve) => {
      const query = new URLSearchParams({
        channel: channels.join(),
        ...parameters,
        ...(cursor === undefined ? {} : { after: cursor }),
      });
      const socket = new WebSocket(`${url.replace('http', 'ws')}/ws?${query.toString()}`);
      const end = (): void => socket.terminate();
      signal.addEventListener('abort', end);
      socket.on('error', () => undefined); // the close that follows reports it
      socket.on('message', (text: Buffer) => {
        if (!take(JSON.parse(text.toString()) as ServerFrame)) return;
        backOff.succeeded();
        subscribed();
      });
      socket.on('close', (code) => {
        signal.removeEventListener('abort', end);
        resolve(code);
      });
    });
  await new Promise<void>((subscribed, reject) => {
    const run = async (): Promise<void> => {
      while (!signal.aborted) {
        const code = await connect(subscribed);
        if (adviceOf(code) !== 'never') await backOff.wait();
        else {
          const error = new Error(`the WebSocket was closed with ${code}: do not reconnect`);
          trace.fail(error);
          reject(error);
          return;
        }
      }
    };
    void run();
  });
}
