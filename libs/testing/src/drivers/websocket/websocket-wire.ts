import type { ServerFrame } from '@tetracast/message-model';
import { once } from 'node:events';
import WebSocket from 'ws';
import { Inbox } from '../inbox';

export interface WireClose {
  readonly code: number;
  readonly reason: string;
}

interface WireOptions {
  readonly protocols?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** One WebSocket of the `ws` package, and what it has received. */
interface Wire<T> extends AsyncDisposable {
  readonly socket: WebSocket;
  readonly closed: Promise<WireClose>;
  /** What follows that already taken; rejects when nothing came for `idleMs`, or when the socket closes. */
  next(idleMs?: number): Promise<T>;
  close(): Promise<void>;
}

/** JSON frames. */
export interface WebSocketWire extends Wire<ServerFrame> {
  readonly frames: readonly ServerFrame[];
  /** Skips frames until one of this type. */
  nextOf<T extends ServerFrame['type']>(type: T): Promise<Extract<ServerFrame, { type: T }>>;
  /** Objects as JSON, text as it is. */
  send(frame: object | string): void;
}

/** Plain WebSocket: the data of messages alone. */
export interface PlainWire extends Wire<string> {
  readonly texts: readonly string[];
  send(text: string): void;
  /** Resolves once the server has answered a ping, or has closed the socket; then to how. */
  settled(): Promise<WireClose | undefined>;
}

/** Opens `url` (`http:` becomes `ws:`); rejects when the handshake is refused. */
export async function openWebSocketWire(url: string, options: WireOptions = {}): Promise<WebSocketWire> {
  const { inbox, ...wire } = await openWire(url, (text) => JSON.parse(text) as ServerFrame, options);
  return {
    ...wire,
    frames: inbox.items,
    nextOf: async <T extends ServerFrame['type']>(type: T) => {
      for (;;) {
        const frame = await wire.next();
        if (frame.type === type) return frame as Extract<ServerFrame, { type: T }>;
      }
    },
    send: (frame) => wire.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
  };
}

/** The same for plain WebSocket: once it is open, it is subscribed, or about to be closed. */
export async function openPlainWire(url: string, options: WireOptions = {}): Promise<PlainWire> {
  const { inbox, ...wire } = await openWire(url, (text) => text, options);
  const { socket, closed } = wire;
  return {
    ...wire,
    texts: inbox.items,
    send: (text) => socket.send(text),
    settled: async () => {
      const answered = once(socket, 'pong');
      socket.ping();
      return Promise.race([answered.then(() => undefined), closed]);
    },
  };
}

async function openWire<T>(
  url: string,
  read: (text: string) => T,
  { protocols = [], headers = {} }: WireOptions,
): Promise<Wire<T> & { inbox: Inbox<T> }> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), [...protocols], { headers });
  const inbox = new Inbox<T>(`frames of ${url}`);
  const closed = new Promise<WireClose>((resolve) => {
    socket.once('close', (code, reason) => {
      resolve({ code, reason: reason.toString() });
      inbox.fail(new Error(`the WebSocket was closed: ${code} ${reason.toString()}`));
    });
  });
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) inbox.fail(new Error('a binary frame'));
    else inbox.push(read(data.toString()));
  });
  await once(socket, 'open');
  socket.on('error', () => undefined); // the close event follows
  const close = async (): Promise<void> => {
    socket.terminate();
    await closed;
  };
  return { socket, inbox, closed, next: (idleMs) => inbox.one(idleMs), close, [Symbol.asyncDispose]: close };
}
