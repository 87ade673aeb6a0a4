import { uniqueChannel, until, words } from '@tetracast/testing';
import { EventSource } from 'eventsource';
import { openRawStream } from './raw-stream';
import { publish, type TestService } from '@tetracast/service-kit/testing';
import { startService } from './start-service';

let service: TestService;

beforeAll(async () => {
  service = await startService({ ALLOWED_ORIGINS: 'https://friend.example' });
});

afterAll(async () => {
  await service.close();
});

describe('the stream', () => {
  it('has a head that nothing on its way stores or holds back, and a body in chunks', async () => {
    using stream = openRawStream(service.url, `/sse?channel=${uniqueChannel()}`);

    const [head = ''] = (await stream.readUntil('\r\n\r\n')).split('\r\n\r\n');

    const [status, ...lines] = head.toLowerCase().split('\r\n');
    expect(status).toBe('http/1.1 200 ok');
    expect(lines).toEqual(
      expect.arrayContaining([
        'content-type: text/event-stream',
        'cache-control: no-store, no-transform',
        'x-accel-buffering: no',
        'connection: close',
        'transfer-encoding: chunked',
        'vary: origin',
        'x-content-type-options: nosniff',
        expect.stringMatching(/^date: .* gmt$/) as string,
      ]),
    );
    expect(head).not.toMatch(/content-length|access-control/i);
  });

  it('lets an allowed page of another origin read', async () => {
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

  it('has a retry between half and one and a half of SSE_RETRY_INTERVAL, each its own', async () => {
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

  it('has every kind of block in chunks, at once for a reader that waits for the whole of one', async () => {
    await using quick = await startService({ HEARTBEAT_INTERVAL: '20ms' });
    const channel = uniqueChannel();
    const query = `channel=${channel},${uniqueChannel()}&client=mine`;
    using stream = openRawStream(quick.url, `/sse?${query}&after=no.such~cursor`);

    await stream.readUntil('event: tetracast:reset\n');
    await publish(quick, channel, words(20));
    await stream.readUntil('word-20');
    await stream.readUntil(':\n\n');
    await quick.tetracast.hub.publish({ channel, event: 'message', data: '"own"', client: 'mine', echo: false });
    await stream.readUntil(/\n\nid: \S+\n\n(?!.*own)/s);
    await quick.close();

    await stream.readToEnd();
    expect(stream.ended()).toBe(true);
  });

  it('speaks HTTP/1.0 as well: no chunks, and a body that ends with the connection', async () => {
    const stopping = await startService();
    const channel = uniqueChannel();
    using stream = openRawStream(stopping.url, `GET /sse?channel=${channel} HTTP/1.0\r\n\r\n`);
    await stream.readUntil('\n\n');
    await publish(stopping, channel, ['old']);
    await stream.readUntil('"old"');

    await stopping.close();

    const [head = '', body = ''] = (await stream.readToEnd()).split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(head).not.toMatch(/transfer-encoding/i);
    expect(body).toMatch(/^retry: \d+\nid: \S+\n\nid: \S+\ndata: \{.*"old".*\}\n\n$/);
  });

  it('is refused behind another request on the same connection', async () => {
    const channel = uniqueChannel();
    const request = (target: string): string => `GET ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
    using stream = openRawStream(service.url, request('/readyz') + request(`/sse?channel=${channel}`));

    expect(await stream.readUntil('pipelined')).toMatch(/"status":"ok".*HTTP\/1\.1 400 .*invalid_request/s);
    expect(service.connections()).toBe(0);
  });

  it('goes on when a client sends another request on it', async () => {
    const channel = uniqueChannel();
    using stream = openRawStream(service.url, `/sse?channel=${channel}`);
    await stream.readUntil('\n\n');

    stream.socket.write(`GET /sse?channel=${channel} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await publish(service, channel, words(3));

    expect((await stream.readUntil('word-3')).match(/HTTP\/1\.1/g)).toHaveLength(1);
  });
});

describe('heartbeats', () => {
  it('are comments without an id, one a period', async () => {
    await using quick = await startService({ HEARTBEAT_INTERVAL: '20ms' });
    using stream = openRawStream(quick.url, '/sse?channel=a');
    const began = performance.now();

    const text = await stream.readUntil(/(?::\n\n){3}/);

    const [, body = ''] = text.split('\r\n\r\n');
    expect(body).toMatch(/^retry: \d+\nid: \S+\n\n(?::\n\n){3,}$/);
    expect(performance.now() - began).toBeGreaterThan(35);
  });

  it('leave an EventSource in peace', async () => {
    await using quick = await startService({ HEARTBEAT_INTERVAL: '10ms' });
    const source = new EventSource(`${quick.url}/sse?channel=a`);
    const events: unknown[] = [];
    source.addEventListener('message', (event) => events.push(event.data));
    source.addEventListener('error', (event) => events.push(event));
    await new Promise((resolve) => source.addEventListener('open', resolve));
    await until(() => quick.connections() === 1);
    using witness = openRawStream(quick.url, '/sse?channel=a');
    await witness.readUntil(/(?::\n\n){5}/);

    await publish(quick, 'a', ['first']);
    await until(() => events.length > 0);

    expect(events).toHaveLength(1);
    source.close();
  });
});
