import { uniqueChannel, until, words } from '@tetracast/testing';
import { EventSource } from 'eventsource';
import { openRawStream } from './raw-stream';
import { FaultyBus } from '@tetracast/bus/testing';
import { publish, type TestService } from '@tetracast/service-kit/testing';
import { startService } from './start-service';

let service: TestService;

beforeAll(async () => {
  service = await startService();
});

afterAll(async () => {
  await service.close();
});

describe('what passes by itself', () => {
  it('is no fatal answer for an EventSource: without the message log it gets `retry:`', async () => {
    const bus = new FaultyBus();
    await using away = await startService({}, { bus });
    bus.isUnavailable = true;

    const response = await fetch(`${away.url}/sse?channel=a`);

    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(response.headers.get('cache-control')).toBe('no-store, no-transform');
    expect(response.headers.get('connection')).toBe('close');
    expect(await response.text()).toMatch(/^retry: \d+\n\n$/);
    expect(away.connections()).toBe(0);
  });

  it('an EventSource comes back by itself when the log is there again', async () => {
    const bus = new FaultyBus();
    await using away = await startService({ SSE_RETRY_INTERVAL: '20ms' }, { bus });
    bus.isUnavailable = true;
    const source = new EventSource(`${away.url}/sse?channel=a&after=earliest`);
    const errors: number[] = [];
    source.addEventListener('error', () => errors.push(source.readyState));
    await until(() => errors.length >= 2);
    const message = new Promise<string>((resolve) => {
      source.addEventListener('message', ({ data }) => resolve(data as string));
    });

    bus.isUnavailable = false;
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
    await new Promise(setImmediate);

    const closed = stopping.close();

    expect(await stream.readToEnd()).toMatch(/"data":"last".*\n\n$/);
    expect(stream.ended()).toBe(true);
    await closed;
    expect(stopping.connections()).toBe(0);
  });

  it('a request that comes complete during a stop gets `retry:`', async () => {
    const stopping = await startService();
    using stream = openRawStream(stopping.url, 'GET /sse?channel=a HTTP/1.1\r\n');
    await until(() => (stopping.sockets[0]?.bytesRead ?? 0) > 0);

    const closed = stopping.close();
    await until(() => stopping.tetracast.draining);
    stream.socket.write('Host: localhost\r\n\r\n');

    expect(await stream.readToEnd()).toMatch(/^HTTP\/1\.1 200 OK\r\n.*\r\n\r\nretry: \d+\n\n$/s);
    await closed;
  });

  it('a stream that is asked for during a stop gets `retry:`', async () => {
    const bus = new FaultyBus();
    bus.holdsSubscriptions = true;
    const stopping = await startService({}, { bus });
    using stream = openRawStream(stopping.url, '/sse?channel=a');
    await until(() => bus.heldCount === 1);

    const closed = stopping.close();
    bus.releaseSubscriptions();

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
    expect(service.connections()).toBe(0);
  });

  it('leaves the connection usable', async () => {
    const request = (target: string): string => `GET ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
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
