import { io, type Socket } from 'socket.io-client';
import { Inbox } from '../inbox';

/** One Socket.IO connection, event by event. */
export interface SocketioWire extends AsyncDisposable {
  readonly socket: Socket;
  /** The event that follows those already taken, the server's own included: its name, then its arguments. */
  next(): Promise<readonly unknown[]>;
  /** The answer to an event. */
  ask(event: string, question: unknown): Promise<unknown>;
}

/** Connects the stock client over WebSocket to `url`; rejects when it is refused. */
export async function openSocketioWire(url: string, auth: Readonly<Record<string, unknown>>): Promise<SocketioWire> {
  const inbox = new Inbox<readonly unknown[]>(`events of ${url}`);
  const socket = io(url, { auth, transports: ['websocket'], forceNew: true, autoConnect: false });
  socket.onAny((...event: unknown[]) => inbox.push(event));
  const connected = new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve).once('connect_error', reject);
  });
  socket.connect();
  try {
    await connected;
  } catch (error) {
    socket.disconnect();
    throw error;
  }
  return {
    socket,
    next: () => inbox.one(),
    ask: (event, question) => socket.timeout(inbox.idleMs).emitWithAck(event, question),
    [Symbol.asyncDispose]: async () => {
      socket.disconnect();
    },
  };
}
