import { createTempDir, freePort, type NginxServer, removeDir } from '@tetracast/testing';
import { execFileSync } from 'node:child_process';
import type { ServerResponse } from 'node:http';
import { connect as connectHttp2, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { resolve } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { WebSocket, WebSocketServer } from 'ws';
import { arrival } from './arrival';
import { ask, startGateway } from './gateway-server';
import { startUpstream, type Upstream } from './upstream';

// Signed by itself.
const ANY = { rejectUnauthorized: false };
const OPENING = 'retry: 1000\n\n';

const sockets = new WebSocketServer({ noServer: true });
const streams: ServerResponse[] = [];
let folder: string;
let service: Upstream;
let gateway: NginxServer;
let port: number;

beforeAll(async () => {
  folder = await createTempDir('tls');
  writeCertificate('first.example');
  port = await freePort();
  service = await startUpstream({
    answer: (request, response) => {
      if (request.url?.startsWith('/sse') !== true) {
        request.resume().once('end', () => response.end('polled'));
        return;
      }
      // Over HTTP/2 nginx 1.22 passes the head on with the first bytes, which the service writes at once, too.
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(OPENING);
      streams.push(response);
    },
    upgrade: (request, socket, head) => {
      sockets.handleUpgrade(request, socket, head, (connection) => {
        connection.on('message', (data) => connection.send(`echo ${(data as Buffer).toString()}`));
      });
    },
  });
  gateway = await startGateway(
    {
      TLS_FOLDER: folder,
      UPSTREAM_SSE: service.address,
      UPSTREAM_POLLING: service.address,
      UPSTREAM_WEBSOCKET: service.address,
    },
    (conf) => conf.replace('listen 8443 ', `listen 127.0.0.1:${port} `),
  );
});
afterAll(async () => {
  await gateway.close();
  await service[Symbol.asyncDispose]();
  await removeDir(folder);
});

function writeCertificate(host: string): void {
  execFileSync(process.execPath, [resolve(__dirname, '../../../tools/certificate.mjs'), folder, host]);
}

/** The name in the certificate that a new client gets. */
async function certificateName(): Promise<string> {
  const socket: TLSSocket = connectTls({ host: '127.0.0.1', port, ...ANY });
  await arrival(socket, 'secureConnect');
  const { CN } = socket.getPeerCertificate().subject;
  socket.destroy();
  return String(CN);
}

async function openHttp2(): Promise<ClientHttp2Session> {
  const session = connectHttp2(`https://127.0.0.1:${port}`, ANY);
  await arrival(session, 'connect');
  return session;
}

async function openSse(session: ClientHttp2Session): Promise<ClientHttp2Stream> {
  const stream = session.request({ ':path': '/sse?channel=a' }).setEncoding('utf8');
  const [response, opening] = [arrival(stream, 'response'), arrival(stream, 'data')];
  expect((await response)[0]).toMatchObject({ ':status': 200, 'content-type': 'text/event-stream' });
  expect(await opening).toEqual([OPENING]);
  return stream;
}

async function nextEvent(stream: ClientHttp2Stream, text: string): Promise<unknown> {
  const arrived = arrival(stream, 'data');
  streams.at(-1)?.write(text);
  return arrived;
}

async function echo(client: WebSocket, text: string): Promise<string> {
  const arrived = arrival(client, 'message');
  client.send(text);
  const [data] = (await arrived) as [Buffer];
  return data.toString();
}

describe('TLS', () => {
  it('has streams and polls share one connection, by HTTP/2, and says https to the service', async () => {
    const session = await openHttp2();
    const stream = await openSse(session);
    const poll = session.request({ ':path': '/polling', ':method': 'POST' }).setEncoding('utf8');
    const answer = arrival(poll, 'data');
    poll.end('{}');

    expect(await answer).toEqual(['polled']);
    expect(await nextEvent(stream, 'data: 1\n\n')).toEqual(['data: 1\n\n']);
    expect(service.seen.at(-1)?.headers).toMatchObject({
      host: `127.0.0.1:${port}`,
      'x-forwarded-proto': 'https',
      'x-forwarded-host': `127.0.0.1:${port}`,
    });
    session.destroy();
  });

  it('is beside HTTP without it, which answers as before', async () => {
    expect(await ask(gateway.port, '/healthz')).toMatchObject({ status: 200, body: '{"status":"ok"}' });
    expect(await ask(port, '/healthz')).toMatchObject({ status: 400 });
  });

  it('gives new clients a renewed certificate at once, and cuts nobody', async () => {
    const session = await openHttp2();
    const stream = await openSse(session);
    const client = new WebSocket(`wss://127.0.0.1:${port}/ws`, ANY);
    await arrival(client, 'open');
    expect(await certificateName()).toBe('first.example');

    writeCertificate('second.example');

    expect(await certificateName()).toBe('second.example');
    expect(await nextEvent(stream, 'data: 2\n\n')).toEqual(['data: 2\n\n']);
    expect(await echo(client, 'still here')).toBe('echo still here');
    client.terminate();
    session.destroy();
  });
});
