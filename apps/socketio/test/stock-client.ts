import { IDLE_LIMIT_MS, Inbox, Progress } from '@tetracast/testing';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';

export type Transports = readonly ('polling' | 'websocket')[];

export const TRANSPORTS: readonly [string, Transports][] = [
  ['WebSocket', ['websocket']],
  ['polling', ['polling']],
  ['polling with an upgrade', ['polling', 'websocket']],
];

export type Answer = { ok: true; id?: string; channels?: string[] } | { ok: false; error: { code: string } };

/** The unmodified client, and all that came to it. */
export interface StockClient extends Disposable {
  readonly socket: Socket;
  /** Every event with its arguments. */
  readonly events: Inbox<readonly [string, ...unknown[]]>;
  /** Whether it was recovered, at each connect. */
  readonly connects: Inbox<boolean>;
  readonly errors: Inbox<Error & { data?: { code: string } }>;
  /** The first argument of the next message, the gateway's own events left out. */
  nextData(): Promise<unknown>;
  ask(event: string, ...args: unknown[]): Promise<Answer>;
}

/** The longest that a timer takes. */
const NEVER_MS = 2 ** 31 - 1;

const started: Socket[] = [];

// Also when a test has failed: a client that keeps trying, or says good-bye too late, would trouble the tests after it.
afterEach(() => Promise.all(started.splice(0).map(stop)));

export function startClient(
  url: string,
  auth: Readonly<Record<string, unknown>> = {},
  options: Partial<ManagerOptions & SocketOptions> = {},
): StockClient {
  const patience = { timeout: 2 * IDLE_LIMIT_MS, reconnectionDelay: 20, reconnectionDelayMax: 50 };
  const socket = io(url, { forceNew: true, ...patience, auth, ...options });
  started.push(socket);
  const events = new Inbox<readonly [string, ...unknown[]]>('events');
  const connects = new Inbox<boolean>('connects');
  const errors = new Inbox<Error & { data?: { code: string } }>('connect errors');
  const answers = new Progress();
  socket.onAny((event: string, ...args: unknown[]) => events.push([event, ...args]));
  socket.on('connect', () => connects.push(socket.recovered));
  socket.on('connect_error', (error) => errors.push(error));
  return {
    socket,
    events,
    connects,
    errors,
    nextData: async () => {
      for (;;) {
        const [event, data] = await events.one();
        if (!event.startsWith('tetracast:')) return data;
      }
    },
    ask: async (event, ...args) => {
      let outcome: Promise<Answer> | undefined;
      // The stock client's own time limit is none that other answers renew.
      socket.timeout(NEVER_MS).emit(event, ...args, (error: Error | null, answer: Answer) => {
        outcome = error === null ? Promise.resolve(answer) : Promise.reject(error);
        answers.moved();
      });
      await answers.until(
        () => outcome !== undefined,
        () => `no answer to ${event}`,
      );
      return outcome!;
    },
    [Symbol.dispose]: () => void stop(socket),
  };
}

/** Resolves when it is connected and knows from where it would go on. */
export async function openClient(...args: Parameters<typeof startClient>): Promise<StockClient> {
  const client = startClient(...args);
  const [event] = await client.events.one();
  expect(event).toBe('tetracast:ready');
  expect(await client.connects.one()).toBe(false);
  return client;
}

/** Ends the client with all its namespaces; resolves when its line is closed. */
async function stop(socket: Socket): Promise<void> {
  const { engine } = socket.io;
  const closed = new Promise((resolve) => engine.once('close', resolve));
  const { readyState } = engine;
  socket.io.reconnection(false);
  socket.disconnect();
  engine.close();
  if (readyState !== 'closed' && readyState !== 'opening') await closed;
}

interface Emitter {
  once(event: string, listener: () => void): unknown;
}

/** Resolves when this comes next; the client's emitters are not those of Node. */
export function happens(emitter: unknown, event: string): Promise<void> {
  return new Promise((resolve) => (emitter as Emitter).once(event, resolve));
}
