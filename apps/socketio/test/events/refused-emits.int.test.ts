import { openPollingByHand } from '../polling-by-hand';
import type { TestService } from '@tetracast/service-kit/testing';
import { startService } from '../start-service';
import { openClient, type StockClient } from '../stock-client';

/** The arguments of the next event of this name; those before it are left out. */
async function nextOf({ events }: StockClient, name: string): Promise<unknown[]> {
  for (;;) {
    const [event, ...args] = await events.one();
    if (event === name) return args;
  }
}

const LONG = 'x'.repeat(100_000);

describe('an emit without an acknowledgement', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await startService({ MAX_MESSAGE_BYTES: '100000' });
  });

  afterAll(() => service[Symbol.asyncDispose]());

  it.each<[string, string, unknown[], string]>([
    ['a binary value', '/news', ['bin', Buffer.from('x')], 'invalid_message'],
    ['a name that no event has', '/news', ['chat message', 'x'], 'invalid_event'],
    ['a name of the stock client', '/news', ['error', 1], 'invalid_event'],
    ['a name of the gateway', '/news', ['tetracast:reset', 1], 'invalid_event'],
    ['a message that is too large', '/news', ['big', LONG], 'message_too_large'],
    ['a token that is none', '/news', ['tetracast:auth', 'x'], 'invalid_request'],
    ['a publication that is none', '/news', ['tetracast:publish', 'x'], 'invalid_message'],
    ['a publication for elsewhere', '/news', ['tetracast:publish', { channel: 'a', data: 1 }], 'invalid_channel'],
    ['two publications', '/news', ['tetracast:publish', { data: 1 }, { data: 2 }], 'invalid_request'],
    ['an event it does not know', '/', ['chat', 'hello'], 'invalid_request'],
    ['a number', '/', [1, 2], 'invalid_request'],
    ['a publication without arguments', '/', ['publish'], 'invalid_message'],
    ['a publication in two arguments', '/', ['publish', 'news', 'hello'], 'invalid_request'],
    [
      'a publication with a binary value',
      '/',
      ['publish', { channel: 'a', data: [Buffer.from('x')] }],
      'invalid_message',
    ],
    ['a bad channel', '/', ['publish', { channel: 'two words', data: 1 }], 'invalid_channel'],
    ['a bad idempotency key', '/', ['publish', { channel: 'a', data: 1, idempotencyKey: ' ' }], 'invalid_request'],
    ['a subscription to nothing', '/', ['subscribe', {}], 'invalid_request'],
    ['two subscriptions', '/', ['subscribe', { channels: ['a'] }, { channels: ['b'] }], 'invalid_request'],
    ['the end of none', '/', ['unsubscribe', null], 'invalid_request'],
    ['a token where there are none', '/', ['tetracast:auth', { token: 'x' }], 'invalid_request'],
  ])('that is refused gets tetracast:error: %s, in %s', async (_, namespace, [event, ...args], code) => {
    using client = await openClient(service.url + namespace);
    const { _lastOffset: offset } = client.socket as unknown as { _lastOffset: string };

    client.socket.emit(event as string, ...args);

    expect(await nextOf(client, 'tetracast:error')).toEqual([
      { event: String(event), code, message: expect.any(String) as string },
    ]);
    expect((client.socket as unknown as { _lastOffset: string })._lastOffset).toBe(offset);
  });

  it('is not told of what it did not ask for, nor of what went well', async () => {
    using client = await openClient(service.url, { channels: ['a'] });

    client.socket.emit('publish', { channel: 'a', data: 1 });
    expect(await client.ask('chat', 'hello')).toMatchObject({ ok: false });
    expect(await client.ask('publish', { channel: 'a', data: 2 }, null)).toMatchObject({ ok: true });

    expect([await client.nextData(), await client.nextData()]).toEqual([1, 2]);
    expect(client.events.items.map(([event]) => event)).not.toContain('tetracast:error');
  });

  it('shows as much of its name as an event may have', async () => {
    using client = await openClient(`${service.url}/news`);

    client.socket.emit(LONG, 1);

    expect(await nextOf(client, 'tetracast:error')).toMatchObject([
      { event: LONG.slice(0, 64), code: 'invalid_event' },
    ]);
  });

  it('may be a number, which is its text', async () => {
    using client = await openClient(`${service.url}/numbers`);
    using other = await openClient(`${service.url}/numbers`);

    client.socket.emit(1 as unknown as string, 2);

    expect(await nextOf(other, '1')).toMatchObject([2, { event: '1' }, expect.any(String)]);
  });

  it.each([
    ['/', 'chat'],
    ['/', 'subscribe'],
    ['/', 'tetracast:auth'],
    ['/news', 'two words'],
  ])('again and again gets tetracast:error for a while, and is then cut: in %s "%s"', async (namespace, event) => {
    await using small = await startService({ PUBLISH_RATE: '2/5000/5000', SUBSCRIBE_RATE: '2/1000/500' });
    using client = await openClient(small.url + namespace, {}, { reconnection: false });
    const cut = new Promise((resolve) => client.socket.once('disconnect', resolve));

    for (let count = 0; count < 100; count++) client.socket.emit(event, 1);

    expect(await cut).toMatch(/^transport/);
    const codes = client.events.items
      .filter(([name]) => name === 'tetracast:error')
      .map(([, payload]) => (payload as { code: string }).code);
    expect(codes).toContain('rate_limited');
  });
});

it('with a number for a name that no JSON can write is refused', async () => {
  await using service = await startService();
  const line = await openPollingByHand(service.url, {});
  await line.post('40/news,');
  for (let packets: string[] = []; !packets.some((packet) => packet.includes('/news,["tetracast:ready"'));)
    packets = await line.poll();

  await line.post('42/news,1[1e400,1]');

  expect(await line.poll()).toEqual([expect.stringMatching(/^43\/news,1\[\{"ok":false,.*"invalid_event"/)]);
});

it.each<Record<string, string>>([{ 'content-encoding': 'gzip' }, { 'content-type': 'text/plain; charset=utf-16' }])(
  'in a body that is not plain UTF-8 is refused: %j',
  async (headers) => {
    await using service = await startService();

    const response = await fetch(`${service.url}/socket.io/?EIO=4&transport=polling&sid=x`, {
      method: 'POST',
      headers,
      body: '42["a"]',
    });

    expect(response.status).toBe(415);
    expect(await response.json()).toMatchObject({ code: 'unsupported_media_type' });
  },
);

it.each([
  ['packets', 5000, '3'],
  ['namespaces', 1100, '40/news,'],
])('among more %s than one POST may have ends the session', async (_, count, packet) => {
  await using service = await startService();
  const line = await openPollingByHand(service.url, {});

  await line.post(...Array<string>(count).fill(packet));

  expect(await line.post('3')).toBe(400);
});
