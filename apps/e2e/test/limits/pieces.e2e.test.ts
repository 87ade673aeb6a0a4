import { type ServiceProcess } from '@tetracast/testing';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { startService } from '../system';

/** Less than the pieces below would take as objects of their own, more than the service needs. */
const HEAP_MB = 64;
const CONNECTIONS = 60;
const FRAGMENTS = 16_000;
const CHUNKS = 40_000;
const PACKETS = 18_000;

let service: ServiceProcess;
const clients: Socket[] = [];

beforeEach(async () => {
  service = await startService('standalone', { LOG_LEVEL: 'error' }, { nodeArgs: [`--max-old-space-size=${HEAP_MB}`] });
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await service[Symbol.asyncDispose]();
});

function open(head: readonly string[]): Socket {
  const client = connect({ port: service.port, host: '127.0.0.1' }).on('error', () => undefined);
  clients.push(client);
  client.write([...head, `Host: 127.0.0.1:${service.port}`, '\r\n'].join('\r\n'));
  return client;
}

async function openWebSocket(path: string): Promise<Socket> {
  const key = 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==';
  const client = open([
    `GET ${path} HTTP/1.1`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    key,
  ]);
  await once(client, 'data');
  return client;
}

async function expectServing(): Promise<void> {
  expect(await Promise.race([service.exited, fetch(`${service.url}/healthz`)])).toMatchObject({ status: 200 });
}

describe('with a small heap', () => {
  it.each(['/ws', '/socket.io/?EIO=4&transport=websocket'])(
    'messages in very many fragments that never end take hardly any memory: %s',
    async (path) => {
      const fragment = (first: number): Buffer => Buffer.from([first, 0x81, 0, 0, 0, 0, 0x61]);
      const message = Buffer.concat([fragment(1), ...Array<Buffer>(FRAGMENTS - 1).fill(fragment(0))]);
      const sockets = await Promise.all(Array.from({ length: CONNECTIONS }, () => openWebSocket(path)));
      const closed = sockets.map(async (client) => {
        for (;;) {
          const [bytes] = (await once(client, 'data')) as [Buffer];
          if (bytes.includes(Buffer.from([0x88, 2, 1008 >> 8, 1008 & 255]))) return true;
        }
      });
      for (const client of sockets) client.write(message);
      const ended = service.exited.then((status) => [status]);

      expect(await Promise.race([ended, Promise.all(closed)])).toEqual(closed.map(() => true));
      await expectServing();
    },
  );

  it.each(['42["a"]', '40/n,'])(
    'Engine.IO payloads of very many packets take hardly any memory: %s',
    async (packet) => {
      const base = `${service.url}/socket.io/?EIO=4&transport=polling`;
      const payload = Array<string>(PACKETS).fill(packet).join('\x1e');
      const posted = Array.from({ length: CONNECTIONS }, async () => {
        const { sid } = JSON.parse((await (await fetch(base)).text()).slice(1)) as { sid: string };
        const post = (body: string) => fetch(`${base}&sid=${sid}`, { method: 'POST', body });
        await post('40');
        await post(payload);
      });
      await Promise.race([service.exited, Promise.allSettled(posted)]);
      await expectServing();
    },
  );

  it('bodies in chunks of one byte that never end take hardly any memory', async () => {
    const head = ['POST /polling HTTP/1.1', 'Content-Type: application/json', 'Transfer-Encoding: chunked'];
    const chunks = '1\r\n \r\n'.repeat(CHUNKS);
    const written = Array.from({ length: CONNECTIONS }, () => {
      const client = open(head);
      return new Promise<void>((resolve) => client.write(chunks, () => resolve()));
    });
    await Promise.race([service.exited, Promise.all(written)]);
    await expectServing();
  });
});
