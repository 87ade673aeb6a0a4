import { type ErrorCode, temporary, TetracastError, toError } from '../errors';
import { cursorAfter, type Message, type Reset } from '../message';
import type { Done, OpenLink, WebSocketLike } from './link';

/** A frame of the server, as far as this link reads it. */
interface ServerFrame {
  readonly type: string;
  readonly ref?: number;
  readonly cursor?: string;
  readonly code?: ErrorCode;
  readonly message?: string;
}

const OPEN = 1;
/** Codes after which the same request would be refused again, whatever the server said before. */
const isFinal = (code: number): boolean => (code >= 4000 && code < 4100) || code === 1008 || code === 1009;
const isAtOnce = (code: number): boolean => code >= 4200 && code < 4300;

/** Codes that the server sends also without an `error` frame before. */
const CLOSE_ERRORS: Readonly<Record<number, ErrorCode>> = { 4001: 'unauthorized', 4003: 'forbidden' };

export const openWebSocketLink: OpenLink = ({ http, tokens, WebSocket }, _channels, _start, events) => {
  let socket: WebSocketLike | undefined;
  let isOver = false;
  let refusal: TetracastError | undefined;
  let refs = 0;
  /** What to send once the socket is open. */
  let waiting: string[] = [];
  const asked = new Map<number, Done<ServerFrame>>();

  const send = (text: string): void => {
    if (socket?.readyState === OPEN) socket.send(text);
    else waiting.push(text);
  };
  const ask = (frame: object, done: Done<ServerFrame>): void => {
    asked.set(++refs, done);
    send(JSON.stringify({ ...frame, ref: refs }));
  };
  const end = (error: TetracastError): void => {
    if (isOver) return;
    isOver = true;
    events.onEnd(error);
    abandon();
  };
  /** Nothing that was asked for is answered any more. */
  const abandon = (): void => {
    for (const done of asked.values())
      done(temporary('network', 'the connection ended before the answer'), { type: '' });
    asked.clear();
  };
  const sendNewToken = async (): Promise<void> => {
    const token = await tokens.renew();
    ask({ type: 'auth', token }, () => undefined);
  };
  const take = (frame: ServerFrame): void => {
    const { type, ref = 0, code } = frame;
    if (type === 'message') {
      const { type: _, ...message } = frame as ServerFrame & Message;
      events.onMove(cursorAfter(message), message);
    } else if (type === 'reset') events.onMove(frame.cursor ?? '', undefined, frame as ServerFrame & Reset);
    else if (type === 'welcome') {
      tokens.accept();
      events.onReady();
    }
    // Without it the server closes the connection, and the next one has a new token or the reason.
    else if (type === 'token_expiring') sendNewToken().catch(() => undefined);
    const error =
      code === undefined
        ? undefined
        : new TetracastError(code, frame.message ?? code, { isTemporary: isPassing(code) });
    const done = asked.get(ref);
    asked.delete(ref);
    if (done === undefined && error) refusal = error;
    if (type === 'subscribed' && frame.cursor !== undefined) events.onMove(frame.cursor);
    done?.(error, frame);
  };
  const open = async (): Promise<void> => {
    if (!WebSocket) throw temporary('blocked', 'there is no WebSocket here: give one as an option');
    const token = await tokens.get();
    if (isOver) return;
    const protocols = ['tetracast.v1', ...(token === undefined ? [] : [`tetracast.token.${token}`])];
    const opened = new WebSocket(http.url('/ws').replace(/^http/, 'ws'), protocols);
    socket = opened;
    opened.onopen = () => {
      for (const text of waiting) opened.send(text);
      waiting = [];
    };
    opened.onmessage = ({ data }: { readonly data: string }) => {
      if (isOver) return;
      events.onActivity();
      take(JSON.parse(data) as ServerFrame);
    };
    // The close that follows it is reported.
    opened.onerror = () => undefined;
    opened.onclose = ({ code, reason }: { readonly code: number; readonly reason: string }) => {
      if (isOver) return;
      const error = refusal ?? errorOfClose(code, reason);
      const isReplaced = error.code === 'unauthorized' && tokens.refuse(token);
      end(isReplaced ? temporary('unauthorized', error.message, { retryAfterMs: 0 }) : error);
    };
  };
  open().catch((error: unknown) => end(toError(error)));

  return {
    join: (channels, start, done) => ask({ type: 'subscribe', channels, ...start }, done as Done<unknown>),
    leave: (channels) => ask({ type: 'unsubscribe', channels }, () => undefined),
    publish: (publication, done) => ask({ type: 'publish', ...publication }, done as Done<unknown>),
    ping: () => send('{"type":"ping"}'),
    close: () => {
      isOver = true;
      socket?.close();
      abandon();
    },
  };
};

function errorOfClose(code: number, reason: string): TetracastError {
  return new TetracastError(
    CLOSE_ERRORS[code] ?? (isFinal(code) ? 'invalid_request' : 'network'),
    reason || `the WebSocket was closed with ${code}`,
    { isTemporary: !isFinal(code), retryAfterMs: isAtOnce(code) ? 0 : undefined },
  );
}

function isPassing(code: ErrorCode): boolean {
  return code === 'rate_limited' || code === 'unavailable' || code === 'overloaded' || code === 'internal';
}
