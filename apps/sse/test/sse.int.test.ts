import { BusUnavailableError, MemoryBus } from '@tetracast/bus';
import { uniqueChannel, words } from '@tetracast/testing';
import { EventSource } from 'eventsource';
import type { Socket } from 'node:net';
import { openRawStream } from './raw-stream';
import { connectionsOf, publish, startService, type TestService, until } from './start-service';

let service: TestService;

beforeAll(async () => {
  service = await startService({ ALLOWED_ORIGINS: 'https://friend.example' });
});

afterAll(async () => {
  await service.close();
});

describe('the stream', () => {
  it('has a head that nothing on its way stores or holds back, and a body that ends with the connection', async () => {
    using stream = openRawStream(service.url, `/sse?channel=${uniqueChannel()}`);

    const [head = ''] = (await stream.readUntil('\r\n\r\n')).split('\r\n\r\n');

    const [status, ...lines] = head.toLowerCase().split('\r\n');
    expect(status).toBe('http/1.1 200 ok');
    expect(lines).toEqual(
      expect.arrayContaining([
        'content-type: text/event-stream',
        'cache-control: no-store',
        'x-accel-buffering: no',
        'connection: close',
        'vary: origin',
        expect.stringMatching(/^date: .* gmt$/) as string,
      ]),
    );
    expect(head).not.toMatch(/transfer-encoding|content-length|access-control/i);
  });

  it('tells an allowed page of another origin that it may read', async () => {
    using stream = openRawStream(service.url, '/sse?channel=a', 'Origin: https://friend.example\r\n');

    const head = await stream.readUntil('\r\n\r\n');

    expect(head).toMatch(/^access-control-allow-origin: https:\/\/friend\.example\r$/m);
    expect(head).toMatch(/^access-control-allow-credentials: true\r$/m);
  });

  it('begins with retry and id, and not one byte more', async () => {
    const channel = uniqueChannel();
    const [id = ''] = await publish(service, channel, ['before']);
    using stream = openRawStream(service.url, `/sse?channel=${channel}`);
    await stream.readUntil('\n\n');

    const [next = ''] = await publish(service, channel, ['after']);

    const [, body = ''] = (await stream.readUntil('"after"')).split('\r\n\r\n');
    expect(body).toMatch(new RegExp(`^retry: \\d+\\nid: ${id}\\n\\nid: ${next}\\ndata: \\{`));
  });

  it('has a retry between half and one and a half of SSE_RETRY, each its own', async () => {
    const retries = new Set<number>();
    for (let opened = 0; opened < 20; opened++) {
      using stream = openRawStream(service.url, '/sse?channel=a');
      retries.add(Number(/^retry: (\d+)$/m.exec(await stream.readUntil('\n\n'))?.[1]));
    }

    expect(Math.min(...retries)).toBeGreaterThanOrEqual(1000);
    expect(Math.max(...retries)).toBeLessThanOrEqual(3000);
    expect(retries.size).toBeGreaterThan(5);
  });

  it('is written at once for all messages of one turn', async () => {
    const channel = uniqueChannel();
    using stream = openRawStream(service.url, `/sse?channel=${channel}`);
    await stream.readUntil('\n\n');
    const chunks: string[] = [];
    stream.socket.on('data', (chunk) => chunks.push(String(chunk)));

    await publish(service, channel, words(20));
    await until(() => chunks.join('').includes('word-20'));

    expect(chunks).toHaveLength(1);
  });

  it('speaks HTTP/1.0 as well', async () => {
    using stream = openRawStream(service.url, 'GET /sse?channel=a HTTP/1.0\r\n\r\n');

    expect(await stream.readUntil('\n\n')).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });

  it('is refused behind another request on the same connection', async () => {
    const channel = uniqueChannel();
    const request = (target: string): string => `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`;
    using stream = openRawStream(service.url, request('/readyz') + request(`/sse?channel=${channel}`));

    expect(await stream.readUntil('pipelined')).toMatch(/"status":"ok".*HTTP\/1\.1 400 .*invalid_request/s);
    expect(connectionsOf(service)).toBe(0);
  });

  it('goes on when a client sends another request on it', async () => {
    const channel = uniqueChannel();
    using stream = openRawStream(service.url, `/sse?channel=${channel}`);
    await stream.readUntil('\n\n');

    stream.socket.write(`GET /sse?channel=${channel} HTTP/1.1\r\nHost: a\r\n\r\n`);
    await publish(service, channel, words(3));

    expect((await stream.readUntil('word-3')).match(/HTTP\/1\.1/g)).toHaveLength(1);
  });
});

describe('heartbeats', () => {
  it('are comments without an id, one a period', async () => {
    await using quick = await startService({ HEARTBEAT: '20ms' });
    using stream = openRawStream(quick.url, '/sse?channel=a');
    const began = performance.now();

    const text = await stream.readUntil(/(?::\n\n){3}/);

    const [, body = ''] = text.split('\r\n\r\n');
    expect(body).toMatch(/^retry: \d+\nid: \S+\n\n(?::\n\n){3,}$/);
    expect(performance.now() - began).toBeGreaterThan(35);
  });

  it('leave an EventSource in peace', async () => {
    await using quick = await startService({ HEARTBEAT: '10ms' });
    const source = new EventSource(`${quick.url}/sse?channel=a`);
    const events: unknown[] = [];
    source.addEventListener('message', (event) => events.push(event.data));
    source.addEventListener('error', (event) => events.push(event));
    await new Promise((resolve) => source.addEventListener('open', resolve));
    await until(() => connectionsOf(quick) === 1);
    using witness = openRawStream(quick.url, '/sse?channel=a');
    await witness.readUntil(/(?::\n\n){5}/);

    await publish(quick, 'a', ['first']);
    await until(() => events.length > 0);

    expect(events).toHaveLength(1);
    source.close();
  });
});

describe('a client that goes away', () => {
  it.each<[string, (socket: Socket) => void]>([
    ['with a FIN', (socket) => socket.end()],
    ['with a RST', (socket) => socket.resetAndDestroy()],
  ])('%s is closed at once', async (_, leave) => {
    using stream = openRawStream(service.url, `/sse?channel=${uniqueChannel()}`);
    await stream.readUntil('\n\n');
    expect(connectionsOf(service)).toBe(1);

    leave(stream.socket);

    await until(() => connectionsOf(service) === 0);
    expect(connectionsOf(service)).toBe(0);
  });

  it('before its stream has begun leaves nothing behind', async () => {
    const bus = new SlowBus();
    bus.isSlow = true;
    await using slow = await startService({}, { bus });
    using stream = openRawStream(slow.url, '/sse?channel=a');
    await until(() => bus.waiting.length === 1);

    stream.socket.resetAndDestroy();
    await until(() => connectionsOf(slow) === 0 || stream.socket.destroyed);
    for (const go of bus.waiting) go();

    await until(() => connectionsOf(slow) === 0);
    expect(stream.text()).toBe('');
  });
});

describe('a reader that stops reading', () => {
  const LINE = 60_000;
  const BATCH_MAX = 300 * 1024;

  it.each(['65536', '262144'])(
    'has at most HIGH_WATER_MARK=%s and one batch held for it, then gets all',
    async (mark) => {
      await using narrow = await startService({ HIGH_WATER_MARK: mark });
      const channel = uniqueChannel();
      using stream = openRawStream(narrow.url, `/sse?channel=${channel}`);
      await stream.readUntil('\n\n');
      const data = Array.from({ length: 400 }, (_, index) => `${index}-${'x'.repeat(LINE)}`);
      let held = 0;
      for (const item of data) {
        await publish(narrow, channel, [item]);
        await new Promise(setImmediate);
        held = Math.max(held, ...narrow.sockets.map(({ writableLength }) => writableLength));
      }

      expect(held).toBeGreaterThan(Number(mark));
      expect(held).toBeLessThan(Number(mark) + BATCH_MAX);
      await publish(narrow, channel, ['the end']);
      const text = await stream.readUntil('"the end"');
      const numbers = [...text.matchAll(/"data":"(\d+)-x/g)].map(([, number]) => Number(number));
      expect(numbers).toEqual(data.map((_, index) => index));
    },
  );

  it('is cut after four heartbeats in which it took nothing, and loses nothing', async () => {
    await using narrow = await startService({ HEARTBEAT: '50ms' });
    const channel = uniqueChannel();
    using stream = openRawStream(narrow.url, `/sse?channel=${channel}`);
    const opening = await stream.readUntil('\n\n');
    const [, cursor = ''] = /^id: (\S+)$/m.exec(opening) ?? [];
    const ids: string[] = [];
    for (let number = 0; number < 400; number++) ids.push(...(await publish(narrow, channel, ['x'.repeat(LINE)])));

    await until(() => connectionsOf(narrow) === 0);

    const first = await stream.readToEnd();
    const complete = first.slice(0, first.lastIndexOf('\n\n'));
    const [last = cursor] = [...complete.matchAll(/^id: (\S+)$/gm)].map(([, id = '']) => id).reverse();
    using second = openRawStream(narrow.url, `/sse?channel=${channel}`, `Last-Event-ID: ${last}\r\n`);
    const rest = await second.readUntil(`id: ${ids.at(-1) ?? ''}\n`);
    const got = [complete, rest].flatMap((text) => [...text.matchAll(/^id: (\S+)\ndata/gm)].map(([, id]) => id));
    expect(got).toEqual(ids);
    expect(rest).not.toMatch('tetracast:reset');
  });
});

describe('what passes by itself', () => {
  it('is no fatal answer for an EventSource: without the log it is told when to come back', async () => {
    const bus = new SlowBus();
    await using away = await startService({}, { bus });
    bus.isAway = true;

    const response = await fetch(`${away.url}/sse?channel=a`);

    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('connection')).toBe('close');
    expect(await response.text()).toMatch(/^retry: \d+\n\n$/);
    expect(connectionsOf(away)).toBe(0);
  });

  it('an EventSource comes back by itself when the log is there again', async () => {
    const bus = new SlowBus();
    await using away = await startService({ SSE_RETRY: '20ms' }, { bus });
    bus.isAway = true;
    const source = new EventSource(`${away.url}/sse?channel=a`);
    const errors: number[] = [];
    source.addEventListener('error', () => errors.push(source.readyState));
    await until(() => errors.length >= 2);
    bus.isAway = false;
    await until(() => connectionsOf(away) === 1);

    const message = new Promise<string>((resolve) => {
      source.addEventListener('message', ({ data }) => resolve(data as string));
    });
    await publish(away, 'a', ['back']);

    expect(JSON.parse(await message)).toMatchObject({ data: 'back' });
    expect(new Set(errors)).toEqual(new Set([source.CONNECTING]));
    source.close();
  });

  it('a stop ends the streams, after all that was published, and the service', async () => {
    const stopping = await startService();
    using stream = openRawStream(stopping.url, '/sse?channel=a');
    await stream.readUntil('\n\n');
    await publish(stopping, 'a', ['last']);

    const closed = stopping.close();

    expect(await stream.readToEnd()).toMatch(/"data":"last".*\n\n$/);
    await closed;
    expect(connectionsOf(stopping)).toBe(0);
  });

  it('a stream that is asked for during a stop is told when to come back', async () => {
    const bus = new SlowBus();
    bus.isSlow = true;
    const stopping = await startService({}, { bus });
    using stream = openRawStream(stopping.url, '/sse?channel=a');
    await until(() => bus.waiting.length === 1);

    const closed = stopping.close();
    for (const go of bus.waiting) go();

    expect(await stream.readToEnd()).toMatch(/^HTTP\/1\.1 200 OK\r\n.*\r\n\r\nretry: \d+\n\n$/s);
    await closed;
  });
});

describe('what is wrong with the request', () => {
  it.each([
    ['no channel', '', {}, 400, 'invalid_channel'],
    ['a bad channel', 'channel=$a', {}, 400, 'invalid_channel'],
    ['101 channels', `channel=${words(101).join(',')}`, {}, 400, 'too_many_channels'],
    ['an unknown format', 'channel=a&format=xml', {}, 400, 'invalid_request'],
    ['two formats', 'channel=a&format=data&format=data', {}, 400, 'invalid_request'],
    ['a bad client key', 'channel=a&client=two%20words', {}, 400, 'invalid_request'],
    ['a foreign origin', 'channel=a', { origin: 'https://stranger.example' }, 403, 'forbidden_origin'],
  ])('is refused for good: %s', async (_, query, headers, status, code) => {
    const response = await fetch(`${service.url}/sse?${query}`, { headers });

    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.json()).toMatchObject({ status, code });
    expect(connectionsOf(service)).toBe(0);
  });

  it('leaves the connection usable', async () => {
    const request = (target: string): string => `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`;
    const channel = uniqueChannel();
    using stream = openRawStream(service.url, request('/sse?channel=$a'));
    await stream.readUntil('invalid_channel');

    stream.socket.write(request(`/sse?channel=${channel}`));

    expect(await stream.readUntil('retry: ')).toMatch('HTTP/1.1 200 OK');
  });

  it('HEAD is not served', async () => {
    const { status, headers } = await fetch(`${service.url}/sse?channel=a`, { method: 'HEAD' });

    expect([status, headers.get('allow')]).toEqual([405, 'GET, POST']);
  });
});

/** A log that can be away, and that can keep those who subscribe waiting until the test lets them. */
class SlowBus extends MemoryBus {
  isAway = false;
  isSlow = false;
  readonly waiting: (() => void)[] = [];

  constructor() {
    super({ retention: { size: 1000, ttlMs: 60_000 } });
  }

  override async subscribe(channel: string): Promise<void> {
    if (this.isAway) throw new BusUnavailableError('away');
    if (this.isSlow) await new Promise<void>((resolve) => this.waiting.push(resolve));
    return super.subscribe(channel);
  }
}
