import { connect } from 'node:net';
import { type NginxServer, pollUntil } from '@tetracast/testing';
import { ask, startGateway } from './gateway-server';
import { startNameServer } from './name-server';
import { startUpstream } from './upstream';

const SECRET = 'eyJ-very-secret';
/** Wherever a URL may carry a credential. */
const QUERY = `token=${SECRET}&ticket=${SECRET}`;

interface LogLine {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly upstream: string;
  readonly upstreamStatus: string;
}

/** The access log once it has `count` lines: nginx writes a line after the client has its answer. */
async function logged(gateway: NginxServer, count: number): Promise<LogLine[]> {
  const read = async (): Promise<string[]> => (await gateway.accessLog()).split('\n').filter((line) => line !== '');
  const lines = await pollUntil(read, ({ length }) => length >= count);
  return lines.map((line) => JSON.parse(line) as LogLine);
}

async function expectNoSecret(gateway: NginxServer): Promise<void> {
  expect(await gateway.accessLog()).not.toContain(SECRET);
  expect(await gateway.errorLog()).not.toContain(SECRET);
}

const credentials = {
  authorization: `Bearer ${SECRET}`,
  cookie: `tetracast_token=${SECRET}`,
  referer: `http://page.example/?${QUERY}`,
};

describe('a token or ticket is in no log', () => {
  it('of a request that went well', async () => {
    await using polling = await startUpstream();
    await using gateway = await startGateway({ UPSTREAM_POLLING: polling.address });
    await ask(gateway.port, `/polling?channel=a&${QUERY}`, { headers: credentials });
    expect(await logged(gateway, 1)).toMatchObject([
      { method: 'GET', path: '/polling', status: 200, upstream: polling.address, upstreamStatus: '200' },
    ]);
    await expectNoSecret(gateway);
  });

  it.each(['/sse', '/polling', '/ws', '/socket.io/', '/'])('of %s whose service is down', async (path) => {
    await using gateway = await startGateway({});
    await ask(gateway.port, `${path}?${QUERY}`, { headers: credentials });
    const status = path === '/sse' ? 200 : 503;
    expect(await logged(gateway, 1)).toMatchObject([{ path, status, upstreamStatus: '502' }]);
    await expectNoSecret(gateway);
  });

  it('of a service that breaks off or talks nonsense', async () => {
    await using sse = await startUpstream({
      answer: (request) => request.socket.end('HTTP/1.1 200 OK\r\n: nameless\r\n\r\n'),
    });
    await using polling = await startUpstream({ answer: (request) => request.socket.destroy() });
    await using gateway = await startGateway({ UPSTREAM_SSE: sse.address, UPSTREAM_POLLING: polling.address });
    for (const path of ['/sse', '/polling']) await ask(gateway.port, `${path}?${QUERY}`);
    await logged(gateway, 2);
    await expectNoSecret(gateway);
  });

  it('of a name that no name server knows', async () => {
    await using names = await startNameServer();
    await using gateway = await startGateway({ RESOLVER: names.address, UPSTREAM_SSE: 'sse:3603' });
    await ask(gateway.port, `/sse?${QUERY}`);
    await logged(gateway, 1);
    await expectNoSecret(gateway);
  });

  it('of a request the gateway refuses', async () => {
    await using gateway = await startGateway({});
    await ask(gateway.port, `/polling?${QUERY}`, { method: 'POST', body: 'x'.repeat(300_000) });
    await ask(gateway.port, `/metrics?${QUERY}`);
    await ask(gateway.port, `/polling?${QUERY}`, { method: 'TRACE' });
    await ask(gateway.port, `/polling?${QUERY}${'x'.repeat(20_000)}`);
    await ask(gateway.port, '/polling', { headers: { authorization: SECRET + 'x'.repeat(20_000) } });
    await logged(gateway, 5);
    await expectNoSecret(gateway);
  });

  it.each([
    ['is not HTTP', `GET /sse?${QUERY} NONSENSE\r\n\r\n`],
    ['is for a proxy', `GET http://page.example/sse?${QUERY} HTTP/1.1\r\nHost: page.example\r\n\r\n`],
    ['has a bad header', `GET /sse?${QUERY} HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n`],
  ])('of a request that %s', async (_what, text) => {
    await using gateway = await startGateway({});
    const socket = connect(gateway.port, '127.0.0.1');
    const closed = new Promise((resolve) => socket.on('error', () => undefined).once('close', resolve));
    socket.resume().end(text);
    await closed;
    await logged(gateway, 1);
    await expectNoSecret(gateway);
  });

  it.each([
    ['no free connection', 'worker_connections 16384;', 'worker_connections 3;'],
    ['no free local port', 'valid=2s ipv6=off;', 'valid=2s ipv6=off; proxy_bind 203.0.113.1;'],
  ])('of a gateway that has %s', async (_what, usual, exhausted) => {
    await using gateway = await startGateway({}, (conf) => conf.replace(usual, exhausted));
    expect(await ask(gateway.port, `/sse?${QUERY}`)).toMatchObject({ status: 200 });
    expect(await ask(gateway.port, `/polling?${QUERY}`)).toMatchObject({ status: 503 });
    await expectNoSecret(gateway);
  });
});
