import type { Act, Subscribe } from './attempt';
import { OVER_HTTP, PLAIN, SOCKETIO, type Transport, TRANSPORTS } from './carriers';

/** What is there to come for. */
export interface Aim {
  readonly channel: string;
  /** In the message that is stored there. */
  readonly payload: string;
  /** Right before that message. */
  readonly cursor: string;
  /** Makes the private id of a client of Socket.IO that subscribed to the channel, or joined its namespace, and was cut. */
  readonly session: (by?: 'namespace') => Promise<string>;
}

export interface Action {
  readonly what: string;
  readonly transports: readonly Transport[];
  /** What the token must allow. */
  readonly needs: readonly ('subscribe' | 'publish')[];
  readonly act: (aim: Aim) => Promise<Act>;
}

type Way = Pick<Subscribe, 'start' | 'headers' | 'ofSession' | 'by'>;

function subscribing(what: string, transports: readonly Transport[], way: (aim: Aim) => Way | Promise<Way>): Action {
  const act = async (aim: Aim): Promise<Act> => {
    const { channel, payload: until } = aim;
    return { kind: 'subscribe', channel, until, ...(await way(aim)) };
  };
  return { what, transports, needs: ['subscribe'], act };
}

const EARLIEST = { after: 'earliest' };

/** Every way to get what is in a channel as a line, stream or poll begins. */
const BEGINNING: readonly Action[] = [
  subscribing('subscribes from the start of the log', TRANSPORTS, () => ({ start: EARLIEST })),
  subscribing('goes on from a cursor', TRANSPORTS, ({ cursor }) => ({ start: { after: cursor } })),
  subscribing('goes on from Last-Event-ID', ['polling', 'sse'], ({ cursor }) => ({
    headers: { 'last-event-id': cursor },
  })),
  subscribing('goes on from lastEventId', ['sse'], ({ cursor }) => ({ start: { lastEventId: cursor } })),
  subscribing('goes on from an ETag', ['polling'], ({ cursor }) => ({ headers: { 'if-none-match': `"${cursor}"` } })),
  subscribing('takes up a session', SOCKETIO, async ({ cursor, session }) => ({
    start: { pid: await session(), offset: cursor },
    ofSession: true,
  })),
];

/** Every way to do more on a line that is open. */
export const ON_OPEN_LINES: readonly Action[] = [
  subscribing('subscribes to one more channel', ['websocket', ...SOCKETIO], () => ({
    start: EARLIEST,
    by: 'request',
  })),
  subscribing('joins its namespace', SOCKETIO, () => ({ start: EARLIEST, by: 'namespace' })),
  subscribing('goes on in its namespace', SOCKETIO, async ({ cursor, session }) => ({
    start: { pid: await session('namespace'), offset: cursor },
    by: 'namespace',
  })),
  {
    what: 'publishes on a line',
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

/** All that is done with a token. */
export const ACTIONS: readonly Action[] = [
  ...BEGINNING,
  ...ON_OPEN_LINES,
  {
    what: 'publishes by a request',
    transports: OVER_HTTP,
    needs: ['publish'],
    act: async ({ channel }) => ({ kind: 'publish', channel, data: 'x' }),
  },
];
