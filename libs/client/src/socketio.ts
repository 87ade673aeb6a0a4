import type { Transport } from './connection/connection';
import { type ErrorCode, TetracastError } from './errors';
import { createRequestLink, type Done, type OpenLink, type PresenceMode, type PublishResult } from './links/link';
import type { Message, Reset } from './message';

/** What this entry uses of a socket of the package `socket.io-client`. */
export interface SocketLike {
  on(event: string, listener: (payload: never) => void): unknown;
  onAny(listener: (event: string, ...args: unknown[]) => void): unknown;
  emit(event: string, payload: object, acknowledge?: (answer: never) => void): unknown;
  disconnect(): unknown;
  /** Its manager. */
  readonly io: { on(event: 'ping', listener: () => void): unknown };
}

interface SocketIoOptions {
  readonly path: string;
  readonly auth: {
    readonly token: string | undefined;
    readonly client: string;
    readonly presence: PresenceMode | undefined;
  };
  readonly forceNew: boolean;
  readonly reconnection: boolean;
}

/** The function `io` of `socket.io-client`, 4.6 or newer. */
export type SocketIo = (origin: string, options: SocketIoOptions) => SocketLike;

interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
}

interface Answer {
  readonly ok: boolean;
  readonly error?: Refusal;
}

/**
 * Socket.IO as a transport of `createClient`, for a page that has its client already:
 * `transports: ['websocket', socketio(io), 'polling']`.
 *
 * @param options of `io`, such as `{ transports: ['polling'] }`
 */
export function socketio(io: SocketIo, options: object = {}): Transport {
  const open: OpenLink = ({ url, clientKey, presence, tokens }, _channels, _start, events) => {
    let onOpen: (socket: SocketLike) => void;
    const opening = new Promise<SocketLike>((resolve) => (onOpen = resolve));
    const ask = (event: string, payload: object, done?: Done<never>): void => {
      void opening.then((socket) =>
        socket.emit(event, payload, ({ ok, error, ...result }: Answer) => {
          done?.(ok ? undefined : new TetracastError(error?.code ?? 'internal', error?.message), result as never);
        }),
      );
    };
    const take = (event: string, payload: unknown, ...rest: unknown[]): void => {
      events.onActivity();
      const cursor = rest.at(-1);
      if (event === 'tetracast:ready') {
        tokens.accept();
        events.onReady();
      } else if (event === 'tetracast:token_expiring') {
        // Without it the server closes the connection, and the next one has a new token or the reason.
        tokens.renew().then(
          (token) => ask('tetracast:auth', { token }),
          () => undefined,
        );
      } else if (typeof cursor === 'string') {
        const [info] = rest;
        if (typeof info === 'object') events.onMove(cursor, { ...(info as Message), data: payload });
        else events.onMove(cursor, event === 'tetracast:reset' ? (payload as Reset) : undefined);
      }
    };
    const link = createRequestLink(async (signal) => {
      const token = await tokens.get();
      if (signal.aborted) return;
      const { origin, pathname } = new URL(url('/socket.io'));
      // The connection resumes by itself, with its own cursor.
      const opened = io(origin, {
        ...options,
        path: pathname,
        auth: { token, client: clientKey, presence },
        forceNew: true,
        reconnection: false,
      });
      onOpen(opened);
      signal.addEventListener('abort', () => opened.disconnect());
      opened.io.on('ping', events.onActivity);
      opened.onAny(take);
      opened.on('connect_error', ({ data, message }: { readonly data?: Refusal; readonly message: string }) => {
        const isReplaced = data?.code === 'unauthorized' && tokens.refuse(token);
        if (isReplaced) events.onEnd(new TetracastError('token_failed', data.message, 0));
        else events.onEnd(new TetracastError(data?.code ?? 'network', data?.message ?? message));
      });
      opened.on('disconnect', (reason: string) => events.onEnd(new TetracastError('network', reason)));
    }, events);

    return {
      ...link,
      join: (channels, start, done) => ask('subscribe', { channels, ...start }, done),
      leave: (channel) => ask('unsubscribe', { channels: [channel] }),
      publish: ({ end, ...publication }, done: Done<PublishResult>) =>
        ask(end ? 'tetracast:end' : 'publish', publication, done),
    };
  };
  return { name: 'socketio', open };
}
