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

describe('a TCP proxy', () => {
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    if (request.url === '/stream') response.write('begin');
    else response.end(`you asked for ${request.url ?? ''}`);
  });
  let proxy: TcpProxy;

  beforeAll(async () => {
    server.on('connection', (socket) => sockets.add(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  beforeEach(async () => {
    proxy = await startTcpProxy(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });

  afterEach(() => proxy.close());

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('relays', async () => {
    expect(await (await fetch(`${proxy.url}/a`)).text()).toBe('you asked for /a');
  });

  it('breaks what is under way when it is cut, at both ends', async () => {
    const response = await fetch(`${proxy.url}/stream`);
    const far = [...sockets].at(-1);
    const closed = far === undefined ? Promise.reject(new Error('no socket')) : closeOf(far);

    await proxy.cut();

    await expect(response.text()).rejects.toThrow('terminated');
    await closed;
  });

  it('holds new connections while it is down, and then serves them', async () => {
    const events: string[] = [];

    let held: Promise<string> | undefined;
    await proxy.cut(async () => {
      held = fetch(`${proxy.url}/late`).then(async (response) => {
        events.push('answered');
        return response.text();
      });
      // A request past the proxy is answered meanwhile, so an open proxy would have answered the waiting one, too.
      for (let turn = 0; turn < 5; turn++) await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      events.push('up');
    });

    expect(await held).toBe('you asked for /late');
    expect(events).toEqual(['up', 'answered']);
  });

  it('takes nothing from the server while it is stalled, on old connections and new ones, and cuts none', async () => {
    const response = await fetch(`${proxy.url}/stream`);
    const reader = response.body?.getReader();
    await reader?.read();
    const far = [...sockets].at(-1);
    const events: string[] = [];

    let late: Promise<string> | undefined;
    await proxy.stall(async () => {
      late = fetch(`${proxy.url}/late`).then(async (answer) => {
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

describe('a TCP proxy to a server with TLS', () => {
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
      await using proxy = await startTcpProxy(target, { ca: cert });

      expect(await (await fetch(proxy.url)).text()).toBe(new URL(target).host);
      server.closeAllConnections();
      server.close();
    } finally {
      await removeDir(dir);
    }
  });
});
