import { IDLE_LIMIT_MS } from '@tetracast/testing';
import { io, type Socket } from 'socket.io-client';
import { type ClientIdentity, headersOf } from './http-connection';

export type EngineTransport = 'polling' | 'websocket';

export interface SocketioConnection extends AsyncDisposable {
  readonly socket: Socket;
  /** `ok`; the code of the refusal; the status of the refused handshake; or `closed`, if the server closed the transport. */
  readonly outcome: string;
  /** `ok`, or the code of the refusal. */
  attempt(event: string, argument: unknown): Promise<string>;
}

interface OpenOptions {
  readonly transport: EngineTransport;
  readonly namespace?: string;
  readonly auth?: Readonly<Record<string, unknown>>;
}

type Acknowledgement = { readonly ok: true } | { readonly ok: false; readonly error: { readonly code: string } };

/** The stock client, without reconnect. */
export async function openSocketio(
  url: string,
  client: ClientIdentity,
  { transport, namespace = '/', auth = {} }: OpenOptions,
): Promise<SocketioConnection> {
  const socket = io(url + namespace, {
    transports: [transport],
    forceNew: true,
    reconnection: false,
    extraHeaders: headersOf(client),
    auth,
  });
  const outcome = await new Promise<string>((resolve) => {
    socket.once('connect', () => resolve('ok'));
    socket.once('connect_error', (error) => resolve(reasonOf(error)));
    // The client reports a refusal right after it has closed the unused transport.
    socket.io.once('close', () => queueMicrotask(() => resolve('closed')));
  });
  return {
    socket,
    outcome,
    attempt: async (event, argument) => {
      const answer = (await socket.timeout(IDLE_LIMIT_MS).emitWithAck(event, argument)) as Acknowledgement;
      return answer.ok ? 'ok' : answer.error.code;
    },
    [Symbol.asyncDispose]: async () => {
      const { engine } = socket.io;
      const closed = new Promise((resolve) => engine.once('close', resolve));
      const { readyState } = engine;
      socket.disconnect();
      engine.close();
      if (readyState !== 'closed' && readyState !== 'opening') await closed;
    },
  };
}

/** The refusal's code; or the status, which the client puts into the description of its transport's error. */
function reasonOf(error: Error & { data?: { code: string }; description?: unknown }): string {
  if (error.data !== undefined) return error.data.code;
  const { description } = error;
  const text = description instanceof Object && 'message' in description ? description.message : description;
  return /\d{3}/.exec(String(text))?.[0] ?? error.message;
}
