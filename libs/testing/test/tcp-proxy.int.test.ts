import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { createTempDir, type TcpProxy, startTcpProxy, removeDir } from '../src';

/** Resolves when it is closed, also by an error. */
function closeOf(socket: Socket): Promise<unknown> {
  return new Promise((resolve) => socket.on('error', () => undefined).once('close', resolve));
}

describe('a line', () => {
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    if (request.url === '/stream') response.write('begin');
    else response.end(`you asked for ${request.url ?? ''}`);
  });
  let line: TcpProxy;

  beforeAll(async () => {
    server.on('connection', (socket) => sockets.add(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  beforeEach(async () => {
    line = await startTcpProxy(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });

  afterEach(() => line.close());

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('relays', async () => {
    expect(await (await fetch(`${line.url}/a`)).text()).toBe('you asked for /a');
  });

  it('breaks what is under way when it is cut, at both ends', async () => {
    const response = await fetch(`${line.url}/stream`);
    const far = [...sockets].at(-1);
    const closed = far === undefined ? Promise.reject(new Error('no socket')) : closeOf(far);

    await line.cut();

    await expect(response.text()).rejects.toThrow('terminated');
    await closed;
  });

  it('holds new connections while it is down, and then serves them', async () => {
    const events: string[] = [];

    let held: Promise<string> | undefined;
    await line.cut(async () => {
      held = fetch(`${line.url}/late`).then(async (response) => {
        events.push('answered');
        return response.text();
      });
      // A request around the line is answered meanwhile, so an open line would have answered the held one, too.
      for (let turn = 0; turn < 5; turn++) await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      events.push('up');
    });

    expect(await held).toBe('you asked for /late');
    expect(events).toEqual(['up', 'answered']);
  });

  it('takes nothing from the server while it is stalled, on old connections and new ones, and cuts none', async () => {
    const response = await fetch(`${line.url}/stream`);
    const reader = response.body?.getReader();
    await reader?.read();
    const far = [...sockets].at(-1);
    const events: string[] = [];

    let late: Promise<string> | undefined;
    await line.stall(async () => {
      late = fetch(`${line.url}/late`).then(async (answer) => {
        events.push('answered');
        return answer.text();
      });
      far?.write('3\r\nend\r\n');
      void reader?.read().then(() => events.push('read on'));
      for (let turn = 0; turn < 5; turn++) await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      events.push('over');
    });

    expect(await late).toBe('you asked for /late');
    while (events.length < 3) await new Promise(setImmediate);
    expect(events[0]).toBe('over');
    expect(far?.destroyed).toBe(false);
  });
});

describe('a line to a server with TLS', () => {
  it('speaks it, and names the server by its own name', async () => {
    const dir = await createTempDir('tls');
    try {
      const options = ['-nodes', '-days', '1', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
      const keys = [
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-keyout',
        `${dir}/key`,
        '-out',
        `${dir}/cert`,
      ];
      execFileSync('openssl', ['req', '-x509', ...keys, ...options], { stdio: 'pipe' });
      const [key, cert] = [readFileSync(`${dir}/key`), readFileSync(`${dir}/cert`, 'utf8')];
      const server = createSecureServer({ key, cert }, ({ headers }, response) => response.end(headers.host)).listen(0);
      await once(server, 'listening');
      const target = `https://localhost:${(server.address() as AddressInfo).port}`;
      await using line = await startTcpProxy(target, { ca: cert });

      expect(await (await fetch(line.url)).text()).toBe(new URL(target).host);
      server.closeAllConnections();
      server.close();
    } finally {
      await removeDir(dir);
    }
  });
});
