import { IDLE_LIMIT_MS } from '@tetracast/testing';
import { io, type Socket } from 'socket.io-client';
import { headersOf, type Who } from './client';

export type EngineTransport = 'polling' | 'websocket';

export interface SocketioLine extends AsyncDisposable {
  readonly socket: Socket;
  /** `ok`; the code of the refusal; the status of the refused handshake; or `closed`: the transport was. */
  readonly outcome: string;
  /** `ok`, or the code of the refusal. */
  attempt(event: string, argument: unknown): Promise<string>;
}

interface Asked {
  readonly transport: EngineTransport;
  readonly namespace?: string;
  readonly auth?: Readonly<Record<string, unknown>>;
}

type Answer = { readonly ok: true } | { readonly ok: false; readonly error: { readonly code: string } };

/** The stock client, which does not try a second time. */
export async function openSocketio(
  url: string,
  who: Who,
  { transport, namespace = '/', auth = {} }: Asked,
): Promise<SocketioLine> {
  const socket = io(url + namespace, {
    transports: [transport],
    forceNew: true,
    reconnection: false,
    extraHeaders: headersOf(who),
    auth,
  });
  const outcome = await new Promise<string>((resolve) => {
    socket.once('connect', () => resolve('ok'));
    socket.once('connect_error', (error) => resolve(reasonOf(error)));
    // Of a refusal the client tells right after it has closed what nobody uses any more.
    socket.io.once('close', () => queueMicrotask(() => resolve('closed')));
  });
  return {
    socket,
    outcome,
    attempt: async (event, argument) => {
      const answer = (await socket.timeout(IDLE_LIMIT_MS).emitWithAck(event, argument)) as Answer;
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

/** The refusal's code; or the status, which the client hides in what its transport says. */
function reasonOf(error: Error & { data?: { code: string }; description?: unknown }): string {
  if (error.data !== undefined) return error.data.code;
  const { description } = error;
  const said = description instanceof Object && 'message' in description ? description.message : description;
  return /\d{3}/.exec(String(said))?.[0] ?? error.message;
}
