import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TestService } from '@tetracast/service-kit/testing';
import { startService } from '../start-service';
import { openClient, TRANSPORTS } from '../stock-client';

const UPGRADE = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
const KEY = 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==';

let service: TestService;

beforeAll(async () => {
  service = await startService();
});

afterAll(() => service[Symbol.asyncDispose]());

function ask(target: string, headers: readonly string[]): Socket {
  const { host, port } = new URL(service.url);
  const client = connect({ port: Number(port), host: '127.0.0.1' });
  client.write([`GET ${target} HTTP/1.1`, `Host: ${host}`, ...headers, '\r\n'].join('\r\n'));
  return client;
}

async function openSession(): Promise<string> {
  const answer = await fetch(`${service.url}/socket.io/?EIO=4&transport=polling`);
  return (JSON.parse((await answer.text()).slice(1)) as { sid: string }).sid;
}

const refusalIn = (answer: string): unknown => JSON.parse(/\{.*\}/.exec(answer)?.[0] ?? '');

describe('a WebSocket handshake that cannot become a session', () => {
  it.each([
    ['of Socket.IO 1 and 2', 'EIO=3&transport=websocket', [KEY], 5],
    ['of no protocol', 'transport=websocket', [KEY], 5],
    ['of an unknown session', 'EIO=4&transport=websocket&sid=x', [KEY], 1],
    ['of an unknown transport', 'EIO=4&transport=pigeon', [KEY], 0],
    ['without a key', 'EIO=4&transport=websocket', [], 3],
  ])('%s is refused over HTTP, with a code of Engine.IO', async (_, query, more, code) => {
    const answer = await text(ask(`/socket.io/?${query}`, [...UPGRADE, ...more]));

    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(refusalIn(answer)).toMatchObject({ code });
  });

  it('is refused over HTTP for a session that has a WebSocket', async () => {
    const sid = await openSession();
    const target = `/socket.io/?EIO=4&transport=websocket&sid=${sid}`;
    const first = ask(target, [...UPGRADE, KEY]);
    expect(String((await once(first, 'data'))[0])).toMatch(/^HTTP\/1.1 101 /);
    const second = await text(ask(target, [...UPGRADE, KEY]));

    expect(second).toMatch(/^HTTP\/1.1 400 /);
    expect(refusalIn(second)).toMatchObject({ code: 3 });
    first.destroy();
  });

  it('is answered as the poll it is', async () => {
    expect(await text(ask('/socket.io/?EIO=4&transport=polling', [...UPGRADE, KEY]))).toMatch(
      /^HTTP\/1.1 200 [^]*"sid"/,
    );
  });

  it('of Socket.IO 2 over polling has the same answer', async () => {
    const answer = await fetch(`${service.url}/socket.io/?EIO=3&transport=polling`);

    expect([answer.status, await answer.json()]).toMatchObject([400, { code: 5 }]);
  });
});

describe('a WebSocket handshake', () => {
  it.each(['http://localhost:1/socket.io/', 'http://localhost:1/socket.io', '/socket.io'])(
    'is taken at %s',
    async (target) => {
      const client = ask(`${target}?EIO=4&transport=websocket`, [...UPGRADE, KEY]);

      expect(String((await once(client, 'data'))[0])).toMatch(/^HTTP\/1.1 101 /);
      client.destroy();
    },
  );

  it('begins a line on which the newest of many pings is answered', async () => {
    const client = ask('/socket.io/?EIO=4&transport=websocket', [...UPGRADE, KEY]);
    await once(client, 'data');
    const ping = (n: number): Buffer =>
      Buffer.concat([Buffer.from([0x89, 0x84, 0, 0, 0, 0]), Buffer.from(String(n + 1000))]);
    client.write(Buffer.concat(Array.from({ length: 500 }, (_, n) => ping(n))));
    let came = '';
    while (!came.includes('1499')) came += String((await once(client, 'data'))[0]);

    expect(came.match(/1\d{3}/g)?.length).toBeLessThan(50);
    client.destroy();
  });

  it('begins a line on which a message in too many fragments is answered with a close code', async () => {
    const client = ask('/socket.io/?EIO=4&transport=websocket', [...UPGRADE, KEY]);
    await once(client, 'data');
    const chunks: Buffer[] = [];
    client.on('data', (chunk: Buffer) => chunks.push(chunk));
    const fragment = (first: number): Buffer => Buffer.from([first, 0x81, 0, 0, 0, 0, 0x61]);
    client.write(Buffer.concat([fragment(1), ...Array<Buffer>(4000).fill(fragment(0))]));
    client.write(Buffer.from([0x88, 0x82, 0, 0, 0, 0, 3, 232]));
    await once(client, 'end');

    expect(Buffer.concat(chunks).includes(Buffer.from([0x88, 2, 1008 >> 8, 1008 & 255]))).toBe(true);
  });
});

describe('the stock client without the slash behind its path', () => {
  it.each(TRANSPORTS)('connects and gets what it publishes, by %s', async (_, transports) => {
    using client = await openClient(
      service.url,
      { channels: ['news'] },
      { transports: [...transports], addTrailingSlash: false },
    );
    expect(await client.ask('publish', { channel: 'news', data: 'hi' })).toMatchObject({ ok: true });
    expect(await client.nextData()).toBe('hi');
  });
});
