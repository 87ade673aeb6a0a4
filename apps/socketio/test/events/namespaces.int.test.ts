import { words } from '@tetracast/testing';
import { once } from 'node:events';
import { openPollingByHand } from '../polling-by-hand';
import type { TestService } from '@tetracast/service-kit/testing';
import { startService } from '../start-service';
import { happens, openClient, startClient, TRANSPORTS } from '../stock-client';

describe('namespaces', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await startService({ MAX_CHANNELS: '5', MAX_MESSAGE_BYTES: '10000' });
  });

  afterAll(() => service[Symbol.asyncDispose]());

  it.each(['/$own', '/two%20words', '/a/b', `/${'x'.repeat(201)}`])(
    'refuse a name that is no channel: %s',
    async (name) => {
      using client = startClient(service.url + name);

      const error = await client.errors.one();

      expect(error.data).toMatchObject({ code: 'invalid_channel' });
      expect(client.socket.active).toBe(false);
    },
  );

  it('take any channel', async () => {
    using client = await openClient(`${service.url}/чат:комната-1`);
    using other = await openClient(`${service.url}/чат:комната-1`);

    client.socket.emit('привет', { мир: true });

    expect(await other.events.one()).toEqual([
      'привет',
      { мир: true },
      expect.objectContaining({ channel: 'чат:комната-1', event: 'привет' }),
      expect.any(String),
    ]);
  });

  it('share a connection, and are left one by one', async () => {
    using main = await openClient(service.url, { channels: ['red'] });
    const received: unknown[] = [];
    const [red, green] = ['/red', '/green'].map((name) => {
      const socket = main.socket.io.socket(name);
      socket.onAny((event: string, ...args: unknown[]) => received.push([name, event, args[0]]));
      return socket;
    });
    await Promise.all([red, green].map((socket) => new Promise((resolve) => socket!.once('tetracast:ready', resolve))));
    expect(service.connections()).toBe(3);

    green!.emit('x', 'own');
    await main.ask('publish', { channel: 'green', data: 1 });
    await main.ask('publish', { channel: 'red', data: 2 });
    expect(await main.nextData()).toBe(2);
    green!.disconnect();
    while (service.connections() > 2) await new Promise(setImmediate);
    await main.ask('publish', { channel: 'green', data: 3 });
    await main.ask('publish', { channel: 'red', data: 4 });
    expect(await main.nextData()).toBe(4);

    expect(received.slice(2)).toEqual([
      ['/green', 'message', 1],
      ['/red', 'message', 2],
      ['/red', 'message', 4],
    ]);
  });

  it('may be many on one connection', async () => {
    const warned = jest.fn();
    process.once('warning', warned);
    await using large = await startService();
    using client = await openClient(large.url);

    const sockets = words(30).map((name) => client.socket.io.socket(`/${name}`));
    await Promise.all(sockets.map((socket) => happens(socket, 'tetracast:ready')));
    expect(large.connections()).toBe(31);
    client.socket.io.engine.close();

    await Promise.all(sockets.map((socket) => happens(socket, 'tetracast:ready')));
    expect(sockets.every(({ recovered }) => recovered)).toBe(true);
    expect(large.connections()).toBe(31);
    process.off('warning', warned);
    expect(warned).not.toHaveBeenCalled();
  });

  it('are limited per connection', async () => {
    using client = await openClient(service.url);
    for (const name of words(4)) {
      const socket = client.socket.io.socket(`/${name}`);
      await new Promise((resolve) => socket.once('connect', () => resolve(undefined)));
    }

    const oneMore = client.socket.io.socket('/one-more');
    const error = await new Promise<Error & { data?: unknown }>((resolve) => oneMore.once('connect_error', resolve));

    expect(error.data).toMatchObject({ code: 'too_many_channels' });
  });

  it('answer an emit that asks for it, and refuse what is no message', async () => {
    using client = await openClient(`${service.url}/news`);

    expect(await client.ask('price', 1)).toMatchObject({ ok: true, id: expect.any(String) as string });
    expect(await client.ask('price')).toMatchObject({ ok: true });
    expect(await client.ask('price', Buffer.from('x'))).toMatchObject({ error: { code: 'invalid_message' } });
    expect(await client.ask('price', { deep: [Buffer.from('x')] })).toMatchObject({
      error: { code: 'invalid_message' },
    });
    expect(await client.ask('two words', 1)).toMatchObject({ error: { code: 'invalid_event' } });
    expect(await client.ask('tetracast:reset', 1)).toMatchObject({ error: { code: 'invalid_event' } });
    expect(await client.ask('price', 'x'.repeat(9999))).toMatchObject({ error: { code: 'message_too_large' } });
    expect(await client.ask('price', 'x'.repeat(9998))).toMatchObject({ ok: true });
  });

  it('make no argument null and several an array', async () => {
    using client = await openClient(`${service.url}/news`);
    using other = await openClient(`${service.url}/news`);

    client.socket.emit('none');
    client.socket.emit('several', 1, { two: 2 });

    expect([await other.nextData(), await other.nextData()]).toEqual([null, [1, { two: 2 }]]);
  });

  it('are gone with their last client', async () => {
    using client = await openClient(`${service.url}/passing`);
    client.socket.disconnect();

    while (service.connections() > 0) await new Promise(setImmediate);

    expect(service.connections()).toBe(0);
  });
});

describe('the main namespace', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await startService();
  });

  afterAll(() => service[Symbol.asyncDispose]());

  it('answers an event that it does not know', async () => {
    using client = await openClient(service.url);

    expect(await client.ask('chat', 'hello')).toMatchObject({ error: { code: 'invalid_request' } });
    expect(await client.ask('subscribe')).toMatchObject({ error: { code: 'invalid_request' } });
    expect(await client.ask('subscribe', { channels: [] })).toMatchObject({ error: { code: 'invalid_request' } });
    expect(await client.ask('subscribe', { channels: [1] })).toMatchObject({ error: { code: 'invalid_channel' } });
    expect(await client.ask('subscribe', { channels: ['a'], rewind: 'x' })).toMatchObject({
      error: { code: 'invalid_request' },
    });
    expect(await client.ask('subscribe', { channels: 'a,b', rewind: 1 })).toEqual({
      ok: true,
      channels: ['a', 'b'],
      cursor: expect.any(String) as string,
    });
    expect(await client.ask('unsubscribe', { channels: ['a'] })).toEqual({ ok: true, channels: ['a'] });
  });

  it.each([
    ['bad channels', { channels: ['$a'] }, 'invalid_channel'],
    ['channels of a wrong kind', { channels: { a: 1 } }, 'invalid_channel'],
    ['too many channels', { channels: words(101) }, 'too_many_channels'],
    ['a bad client key', { client: 'two words' }, 'invalid_request'],
    ['a bad rewind', { channels: ['a'], rewind: -1 }, 'invalid_request'],
    ['an after of a wrong kind', { channels: ['a'], after: { a: 1 } }, 'invalid_request'],
  ])('refuses %s', async (_, auth, code) => {
    using client = startClient(service.url, auth);

    expect((await client.errors.one()).data).toMatchObject({ code });
  });

  it('refuses a subscription as a whole, and remembers nothing of it', async () => {
    using client = await openClient(service.url, { channels: words(99) });

    expect(await client.ask('subscribe', { channels: ['a', 'b'] })).toMatchObject({
      error: { code: 'too_many_channels' },
    });
    expect(await client.ask('subscribe', { channels: ['a'] })).toMatchObject({ ok: true });
    client.socket.io.engine.close();

    expect(await client.connects.one()).toBe(true);
  });

  it.each(TRANSPORTS)('tells where it begins before all else over %s', async (_, transports) => {
    await using small = await startService({ HISTORY_SIZE: '3' });
    using publisher = await openClient(small.url);
    const { id } = (await publisher.ask('publish', { channel: 'news', data: 'trimmed' })) as { id: string };
    for (const data of words(4)) await publisher.ask('publish', { channel: 'news', data });

    using client = startClient(small.url, { channels: ['news'], after: id }, { transports: [...transports] });

    const events = await client.events.next(5);
    expect(events.map(([event, data]) => (event === 'message' ? data : event))).toEqual([
      'tetracast:ready',
      'tetracast:reset',
      ...words(4).slice(1),
    ]);
  });

  it('does what comes after a subscription after it', async () => {
    using client = await openClient(service.url);

    client.socket.emit('subscribe', { channels: ['news'] });
    client.socket.emit('publish', { channel: 'news', data: 'heard' });

    expect(await client.nextData()).toBe('heard');
  });

  it('closes the transport when the service stops, and the client comes back by itself', async () => {
    const stopping = await startService({ DRAIN_TIMEOUT: '30s' }); // longer than a test may take
    using polling = await openClient(stopping.url, { channels: ['a'] }, { transports: ['polling'] });
    using websocket = await openClient(stopping.url, { channels: ['a'] }, { transports: ['websocket'] });
    const disconnects = [polling, websocket].map(
      ({ socket }) => new Promise((resolve) => socket.once('disconnect', resolve)),
    );

    await stopping[Symbol.asyncDispose]();

    expect(await Promise.all(disconnects)).toEqual(['transport close', 'transport close']);
    expect([polling.socket.active, websocket.socket.active]).toEqual([true, true]);
  });

  it('ends a poll of a browser, which would keep its connection, when the service stops', async () => {
    const stopping = await startService({ DRAIN_TIMEOUT: '30s' }); // longer than a test may take
    const { poll } = await openPollingByHand(stopping.url, { channels: ['a'] });
    const arrived = once(stopping.app.server, 'request');
    const pending = poll();
    await arrived;

    await stopping[Symbol.asyncDispose]();

    expect(await pending).toEqual(['1']);
  });
});
