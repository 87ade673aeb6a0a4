import { boundedWebSocketOptions } from '@tetracast/node-io';
import type { Socket as EngineSocket } from 'engine.io';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { WebSocket, WebSocketServer } from 'ws';
import { Engine, forgetHandshake, webSocketOf } from '../../src/engine/engine';

let http: Server;
let engine: Engine;
let url: string;
const requests: WeakRef<IncomingMessage>[] = [];

beforeAll(async () => {
  const websockets = new WebSocketServer({ ...boundedWebSocketOptions({ maxPayload: 100_000 }), noServer: true });
  engine = new Engine(
    {
      wsEngine: function create() {
        return websockets;
      },
    },
    () => randomUUID(),
  );
  engine.on('connection', forgetHandshake);
  http = createServer((request, response) => {
    engine.handleRequest(request, response);
  });
  http.on('upgrade', (request, socket, head) => {
    requests.push(new WeakRef(request));
    if (engine.takesUpgrade(request)) engine.handleUpgrade(request, socket, head);
    else socket.end('HTTP/1.1 418 Refused by the test\r\n\r\n');
  });
  await once(http.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/engine.io/?EIO=4`;
});

afterAll(async () => {
  engine.close();
  http.closeAllConnections();
  await once(http.close(), 'close');
});

async function openWebSocket(): Promise<{ session: EngineSocket; client: WebSocket }> {
  const connected = once(engine, 'connection') as Promise<[EngineSocket]>;
  const client = new WebSocket(`${url.replace('http', 'ws')}&transport=websocket`);
  const [[session]] = await Promise.all([connected, once(client, 'message')]);
  return { session, client };
}

async function openPolling(): Promise<{ session: EngineSocket; post: (body: string) => Promise<Response> }> {
  const connected = once(engine, 'connection') as Promise<[EngineSocket]>;
  const answer = await (await fetch(`${url}&transport=polling`)).text();
  const { sid } = JSON.parse(answer.slice(1)) as { sid: string };
  const [session] = await connected;
  return { session, post: (body) => fetch(`${url}&transport=polling&sid=${sid}`, { method: 'POST', body }) };
}

describe('Engine.IO', () => {
  it('has the WebSocket and the TCP socket of a session: engineWebSocket', async () => {
    const { session, client } = await openWebSocket();
    const { websocket, socket } = webSocketOf(session) ?? {};

    expect(websocket).toBeInstanceOf(WebSocket);
    expect(socket).toBeInstanceOf(Socket);
    expect(socket?.remotePort).toBe((client as unknown as { readonly _socket: Socket })._socket.localPort);
    client.terminate();
  });

  it('keeps nothing of the request of a session: engineHandshake', async () => {
    requests.length = 0;
    const sessions = [];
    for (let n = 0; n < 20; n++) sessions.push(await openWebSocket());

    await new Promise(setImmediate);
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
    expect(sessions.every(({ session }) => session.readyState === 'open')).toBe(true);
    // The newest may still be in Node's own parser.
    expect(requests.filter((request) => request.deref() !== undefined).length).toBeLessThan(5);
    for (const { client } of sessions) client.terminate();
  });

  it('takes another parser for the payloads of a session: enginePayloads', async () => {
    const { session, post } = await openPolling();
    const closed = once(session, 'close') as Promise<[string]>;

    await Promise.all([post(Array(4097).fill('4a').join('\x1e')), closed]);
    expect((await closed)[0]).toBe('parse error');
  });

  it('says before an upgrade whether it takes it: engineVerify', async () => {
    const client = new WebSocket(`${url.replace('http', 'ws')}&transport=websocket&sid=unknown`);
    const [, { statusCode }] = (await once(client, 'unexpected-response')) as [unknown, IncomingMessage];

    expect(statusCode).toBe(418);
  });

  it('has a time limit for the end of a polling session: engineCloseTimeout', async () => {
    const { session } = await openPolling();

    expect(session.transport).toMatchObject({ closeTimeout: 30_000 });
    Object.assign(session.transport, { closeTimeout: 1 });
    const closed = once(session, 'close');
    session.close();
    await closed;
  });
});
