import { createService, parseSettings } from '@tetracast/service-kit';
import type { FastifyInstance } from 'fastify';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import WebSocket from 'ws';
import { faults } from '../../src/faults/faults.plugin';
import type { WireEntry } from '../../src/faults/wire-record';
import { plugins } from '../../src/services';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Description {
  readonly secret: string;
  readonly ports: Readonly<Record<'polling' | 'sse' | 'websocket' | 'socketio' | 'sdk', number>>;
  readonly active: Readonly<Record<string, readonly string[]>>;
}

/** The standalone service with faults, and requests as the browser of its lab page sends them. */
export interface FaultyLab extends AsyncDisposable {
  readonly app: FastifyInstance;
  readonly origin: string;
  readonly description: Description;
  /** To the service itself, as the page: `headers` replace those of the page. */
  ask(path: string, init?: { method?: string; headers?: Record<string, string>; body?: string }): Promise<Answer>;
  switchFault(fault: string, on?: boolean, transport?: string): Promise<Answer>;
  /** The entries of the record so far. */
  wire(): Promise<WireEntry[]>;
}

export async function startFaultyLab(env: Readonly<Record<string, string>> = {}): Promise<FaultyLab> {
  const settings = parseSettings({ PORT: '0', DRAIN_TIMEOUT: '1s', ...env });
  const app = await createService(settings, [faults, ...plugins], { logger: false });
  const origin = await app.listen({ host: '127.0.0.1', port: 0 });
  const page = { 'sec-fetch-site': 'same-origin' };
  const described = await send(origin, '/faults.json', { headers: page });
  const description = JSON.parse(described.body) as Description;
  const asPage = { ...page, origin, 'x-lab-secret': description.secret, 'content-type': 'application/json' };
  const ask: FaultyLab['ask'] = (path, { headers = asPage, ...init } = {}) => send(origin, path, { ...init, headers });
  return {
    app,
    origin,
    description,
    ask,
    switchFault: (fault, on = true, transport) =>
      ask('/lab/faults', { method: 'POST', body: JSON.stringify({ fault, on, transport }) }),
    wire: async () => JSON.parse((await ask('/lab/wire')).body) as WireEntry[],
    [Symbol.asyncDispose]: () => app.close(),
  };
}

/** One request with exactly these headers, which `fetch` would not send. */
export async function send(
  url: string,
  path: string,
  { method = 'GET', headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  const outgoing = request(url + path, { method, headers: { connection: 'close', ...headers } });
  outgoing.end(body);
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks).toString() };
}

/** The status of the handshake of a WebSocket, and the messages received; the caller closes an open one. */
export async function openWebSocket(
  url: string,
  origin: string,
): Promise<{ status: number; socket: WebSocket; messages: string[] }> {
  const socket = new WebSocket(url.replace('http', 'ws'), { origin });
  const messages: string[] = [];
  socket.on('message', (data: Buffer) => messages.push(data.toString())).on('error', () => undefined);
  const refused = once(socket, 'unexpected-response').then(([, answer]) => (answer as IncomingMessage).statusCode ?? 0);
  const status = await Promise.race([once(socket, 'open').then(() => 101), refused]);
  return { status, socket, messages };
}
