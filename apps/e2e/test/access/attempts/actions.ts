import type { Act, Subscribe } from './attempt';
import { OVER_HTTP, PLAIN, SOCKETIO, type Transport, TRANSPORTS } from './carriers';

/** What a client wants to read. */
export interface Aim {
  readonly channel: string;
  /** Is in the message that is stored there. */
  readonly payload: string;
  /** The position right before that message. */
  readonly cursor: string;
  /** Creates the private id of a Socket.IO client that subscribed to the channel, or joined its namespace, and was cut. */
  readonly session: (by?: 'namespace') => Promise<string>;
}

export interface Action {
  readonly what: string;
  readonly transports: readonly Transport[];
  /** Permissions that the token must have. */
  readonly needs: readonly ('subscribe' | 'publish')[];
  readonly act: (aim: Aim) => Promise<Act>;
}

type Position = Pick<Subscribe, 'start' | 'headers' | 'ofSession' | 'by'>;

function subscribing(
  what: string,
  transports: readonly Transport[],
  position: (aim: Aim) => Position | Promise<Position>,
): Action {
  const act = async (aim: Aim): Promise<Act> => {
    const { channel, payload: until } = aim;
    return { kind: 'subscribe', channel, until, ...(await position(aim)) };
  };
  return { what, transports, needs: ['subscribe'], act };
}

const EARLIEST = { after: 'earliest' };

/** Every way to read a channel by the request that opens a connection. */
const OPENING: readonly Action[] = [
  subscribing('subscribes from the start of the message log', TRANSPORTS, () => ({ start: EARLIEST })),
  subscribing('resumes from a cursor', TRANSPORTS, ({ cursor }) => ({ start: { after: cursor } })),
  subscribing('resumes from Last-Event-ID', ['polling', 'sse'], ({ cursor }) => ({
    headers: { 'last-event-id': cursor },
  })),
  subscribing('resumes from lastEventId', ['sse'], ({ cursor }) => ({ start: { lastEventId: cursor } })),
  subscribing('resumes from an ETag', ['polling'], ({ cursor }) => ({ headers: { 'if-none-match': `"${cursor}"` } })),
  subscribing('recovers a session', SOCKETIO, async ({ cursor, session }) => ({
    start: { pid: await session(), offset: cursor },
    ofSession: true,
  })),
];

/** Everything else that a client can do on an open connection. */
export const ON_OPEN_CONNECTIONS: readonly Action[] = [
  subscribing('subscribes to one more channel', ['websocket', ...SOCKETIO], () => ({
    start: EARLIEST,
    by: 'request',
  })),
  subscribing('joins its namespace', SOCKETIO, () => ({ start: EARLIEST, by: 'namespace' })),
  subscribing('resumes in its namespace', SOCKETIO, async ({ cursor, session }) => ({
    start: { pid: await session('namespace'), offset: cursor },
    by: 'namespace',
  })),
  {
    what: 'publishes on a connection',
    transports: ['websocket', ...SOCKETIO],
    needs: ['publish'],
    act: async ({ channel }) => ({ kind: 'publish', channel, data: 'x' }),
  },
  {
    what: 'publishes a text',
    transports: [PLAIN],
    needs: ['subscribe', 'publish'],
    act: async ({ channel }) => ({ kind: 'publish', channel, data: 'x' }),
  },
  {
    what: 'publishes in its namespace',
    transports: SOCKETIO,
    needs: ['subscribe', 'publish'],
    act: async ({ channel }) => ({ kind: 'publish', channel, data: 'x', by: 'namespace' }),
  },
];

/** All that a client can do with a token. */
export const ACTIONS: readonly Action[] = [
  ...OPENING,
  ...ON_OPEN_CONNECTIONS,
  {
    what: 'publishes by a request',
    transports: OVER_HTTP,
    needs: ['publish'],
    act: async ({ channel }) => ({ kind: 'publish', channel, data: 'x' }),
  },
];
