import { type ErrorCode, TetracastError } from '../errors';
import { cursorAfter, type Message, type Reset } from '../message';
import { createRequestLink, type Done, type OpenLink, type WebSocketConstructor, type WebSocketLike } from './link';

/** A frame of the server, as far as this link reads it. */
interface ServerFrame {
  readonly type: string;
  readonly ref?: number;
  readonly code?: ErrorCode;
  /** Of an error. */
  readonly message?: string;
}

/**
 * A close without an `error` frame before it. After 40xx and 1008 the same request would be refused again. 1009 is about one
 * publication: sent again by HTTP, it is refused by itself.
 */
function errorOfClose(code: number, reason: string): TetracastError {
  const isRefused = /^(40|1008)/.test(String(code));
  return new TetracastError(
    code === 4001 ? 'unauthorized' : isRefused ? 'forbidden' : 'network',
    reason || undefined,
    // 42xx: come back at once.
    code >= 4200 ? 0 : undefined,
  );
}

export const openWebSocketLink: OpenLink = ({ url, tokens, presence, WebSocket }, _channels, _start, events) => {
  let onOpen: (socket: WebSocketLike) => void;
  const opening = new Promise<WebSocketLike>((resolve) => (onOpen = resolve));
  let refusal: TetracastError | undefined;
  let refs = 0;
  const asked = new Map<number, Done<ServerFrame>>();

  const send = (type: string, frame: object, done?: Done<never>): void => {
    if (done) asked.set(++refs, done as Done<unknown>);
    const text = JSON.stringify({ type, ref: done && refs, ...frame });
    void opening.then((socket) => socket.send(text));
  };
  const take = ({ type, ref = 0, code, ...frame }: ServerFrame): void => {
    const cursor = cursorAfter(frame as Message);
    const done = asked.get(ref);
    const error = code && new TetracastError(code, frame.message);
    asked.delete(ref);
    if (type === 'message' || type === 'reset') events.onMove(cursor, frame as Message | Reset);
    else if (type === 'subscribed') events.onMove(cursor);
    else if (type === 'welcome') {
      tokens.accept();
      events.onReady();
    } else if (type === 'token_expiring') {
      // Without it the server closes the connection, and the next one has a new token or the reason.
      tokens.renew().then(
        (token) => send('auth', { token }),
        () => undefined,
      );
    }
    if (done) done(error, frame as never);
    else if (error) refusal = error;
  };
  const link = createRequestLink(async (signal) => {
    const token = await tokens.get();
    if (signal.aborted) return;
    // Without a WebSocket this throws, and the next transport is tried.
    const opened = new (WebSocket as WebSocketConstructor)(
      url('/ws').replace(/^http/, 'ws'),
      token ? ['tetracast.v1', `tetracast.token.${token}`] : ['tetracast.v1'],
    );
    opened.onopen = () => onOpen(opened);
    signal.addEventListener('abort', () => opened.close());
    opened.onmessage = ({ data }: { readonly data: string }) => {
      if (signal.aborted) return;
      events.onActivity();
      take(JSON.parse(data) as ServerFrame);
    };
    // The close that follows it is reported.
    opened.onerror = () => undefined;
    opened.onclose = ({ code, reason }: { readonly code: number; readonly reason: string }) => {
      const error = refusal ?? errorOfClose(code, reason);
      const isReplaced = error.code === 'unauthorized' && tokens.refuse(token);
      events.onEnd(isReplaced ? new TetracastError('token_failed', error.message, 0) : error);
    };
  }, events);

  return {
    ...link,
    join: (channels, start, done) => send('subscribe', { channels, presence, ...start }, done),
    leave: (channel) => send('unsubscribe', { channels: [channel] }),
    publish: (publication, done) => send('publish', publication, done),
    ping: () => send('ping', {}),
  };
};
