import {
  cursorAfter,
  type Message,
  OWN_EVENT_PREFIX,
  type Refusal,
  type Reset,
  RESET_EVENT,
} from '@tetracast/message-model';
import { io, type Socket } from 'socket.io-client';
import { clientBehindProxy, createInboxes, onceReady } from '../client-behind-proxy';
import { IDLE_LIMIT_MS } from '../../progress/index';
import type { Inbox } from '../inbox';
import { startTcpProxy } from '../../servers/proxies/tcp-proxy';
import type { OpenOptions, TransportDriver } from '../transport-driver';
import { TransportError } from '../transport-error';

type Answer = { readonly ok: true; readonly id: string } | { readonly ok: false; readonly error: Refusal };

/** Which of the stock client's transports are used; `auth` or `event` says how it names its channels. */
interface Variant {
  readonly transports: readonly ('polling' | 'websocket')[];
  readonly subscribeBy: 'auth' | 'event';
}

/** The default of the stock client: HTTP long-polling, then an upgrade. */
export const socketioDefault = createDriver('Socket.IO', {
  transports: ['polling', 'websocket'],
  subscribeBy: 'auth',
});
export const socketioWebSocket = createDriver('Socket.IO over WebSocket', {
  transports: ['websocket'],
  subscribeBy: 'auth',
});
export const socketioPolling = createDriver('Socket.IO over polling', { transports: ['polling'], subscribeBy: 'auth' });

/** Channels by `emit('subscribe')`: the session, not the client's `auth`, must remember them. */
export const socketioSubscribe = createDriver('Socket.IO by subscribe', {
  transports: ['websocket'],
  subscribeBy: 'event',
});

function createDriver(name: string, { transports, subscribeBy }: Variant): TransportDriver {
  return {
    name,
    form: 'socketio',
    path: '/socket.io/',
    flags: { publishesJson: true, showsStartCursor: true, keepsStartCursor: true, showsRefusal: true },
    open: async (baseUrl, options) => {
      const proxy = await startTcpProxy(baseUrl);
      const socket = io(proxy.url, {
        transports: [...transports],
        auth: subscribeBy === 'auth' ? authOf(options) : authOf({ channels: [], ...keyOf(options) }),
        forceNew: true,
        timeout: 2 * IDLE_LIMIT_MS,
        reconnectionDelay: 20,
        reconnectionDelayMax: 100,
        autoConnect: false,
      });
      const { messages, resets } = createInboxes(name);
      let cursor: string | undefined;
      const primed = new Promise<void>((resolve, reject) => {
        socket.once('connect_error', (error) => reject(refusalOf(error)));
        socket.onAny((event: string, ...args: readonly unknown[]) => {
          const last = args.at(-1);
          if (typeof last === 'string') cursor = last;
          if (event === RESET_EVENT) resets.push(args[0] as Reset);
          // A message has three arguments, the server's notices have fewer.
          else if (event.startsWith(OWN_EVENT_PREFIX) && args.length < 3) resolve();
          else receive(messages, event, args);
        });
      });
      const client = clientBehindProxy({
        proxy,
        messages,
        resets,
        cursor: () => cursor,
        publish: (publication) => ask(socket, 'publish', publication),
        end: () => void socket.disconnect(),
      });
      return onceReady(client, async () => {
        socket.connect();
        await primed;
        if (subscribeBy === 'auth') return;
        const { channels, after, rewind } = authOf(options);
        await ask(socket, 'subscribe', { channels, after, rewind });
      });
    },
  };
}

/** The members of a start that are set, as `auth` or as the argument of `subscribe`. */
function authOf({ channels, after, rewind, client, presence }: OpenOptions): Record<string, unknown> {
  return JSON.parse(JSON.stringify({ channels, after, rewind, client, presence })) as Record<string, unknown>;
}

function keyOf({ client, presence }: OpenOptions): Pick<OpenOptions, 'client' | 'presence'> {
  return { ...(client === undefined ? {} : { client }), ...(presence === undefined ? {} : { presence }) };
}

function receive(inbox: Inbox<Message>, event: string, args: readonly unknown[]): void {
  const [data, info, cursor] = args as [unknown, Omit<Message, 'data'>, string];
  const wrong =
    (args.length !== 3 && 'not (data, info, cursor)') ||
    (cursorAfter(info) !== cursor && 'not its cursor') ||
    (info.event !== event && 'the event is not that of the message') ||
    ('data' in info && 'the info has data');
  if (wrong === false) inbox.push({ ...info, data });
  else inbox.fail(new Error(`${wrong}: ${event} ${JSON.stringify(args)}`));
}

async function ask(socket: Socket, event: string, question: unknown): Promise<{ readonly id: string }> {
  const answer = (await socket.timeout(IDLE_LIMIT_MS).emitWithAck(event, question)) as Answer;
  if (!answer.ok) throw new TransportError(answer.error.code, answer.error.message);
  return answer;
}

function refusalOf(error: Error & { readonly data?: Partial<Refusal> }): TransportError {
  return new TransportError(error.data?.code ?? 'unknown', error.message);
}
