import type { ServerFrame } from '@tetracast/message-model';
import { once } from 'node:events';
import WebSocket from 'ws';
import { Inbox } from '../inbox';

export interface WireClose {
  readonly code: number;
  readonly reason: string;
}

/** One WebSocket, frame by frame. */
export interface WebSocketWire extends AsyncDisposable {
  readonly socket: WebSocket;
  readonly frames: readonly ServerFrame[];
  readonly closed: Promise<WireClose>;
  /** The frame that follows those already taken; rejects when none came for `idleMs`, or when the socket closes. */
  next(idleMs?: number): Promise<ServerFrame>;
  /** Skips frames until one of this type. */
  nextOf<T extends ServerFrame['type']>(type: T): Promise<Extract<ServerFrame, { type: T }>>;
  /** Objects as JSON, text as it is. */
  send(frame: object | string): void;
  close(): Promise<void>;
}

/** Opens `url` (`http:` becomes `ws:`); rejects when the handshake is refused. */
export async function openWebSocketWire(
  url: string,
  { protocols = [], headers = {} }: { protocols?: string[]; headers?: Readonly<Record<string, string>> } = {},
): Promise<WebSocketWire> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), protocols, { headers });
  const inbox = new Inbox<ServerFrame>(`frames of ${url}`);
  const closed = new Promise<WireClose>((resolve) => {
    socket.once('close', (code, reason) => {
      resolve({ code, reason: reason.toString() });
      inbox.fail(new Error(`the WebSocket was closed: ${code} ${reason.toString()}`));
    });
  });
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) inbox.fail(new Error('a binary frame'));
    else inbox.push(JSON.parse(data.toString()) as ServerFrame);
  });
  await once(socket, 'open');
  socket.on('error', () => undefined); // the close event follows
  const close = async (): Promise<void> => {
    socket.terminate();
    await closed;
  };
  const next = (idleMs?: number): Promise<ServerFrame> => inbox.one(idleMs);
  return {
    socket,
    frames: inbox.items,
    closed,
    next,
    nextOf: async <T extends ServerFrame['type']>(type: T) => {
      for (;;) {
        const frame = await next();
        if (frame.type === type) return frame as Extract<ServerFrame, { type: T }>;
      }
    },
    send: (frame) => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
    close,
    [Symbol.asyncDispose]: close,
  };
}
