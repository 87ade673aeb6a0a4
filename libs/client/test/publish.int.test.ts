import type { TestService } from '@tetracast/service-kit/testing';
import { uniqueChannel } from '@tetracast/testing';
import type { Subscription } from '../src/index';
import type { PollAnswer } from '../src/message';
import { connectTo, startServer, TRANSPORTS } from './start-server';
import { connectedOver, statusOf } from './status-story';
import { startUnrulyProxy } from './unruly-proxy';

let server: TestService;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

async function stored(channel: string): Promise<PollAnswer['messages']> {
  const response = await fetch(`${server.url}/polling?channel=${channel}&after=earliest`);
  return ((await response.json()) as PollAnswer).messages;
}

describe.each(TRANSPORTS)('a publication over %s', (transport) => {
  it('is stored as it was given', async () => {
    await using client = connectTo(server.url, { transports: [transport], clientKey: 'tab-1' });
    const channel = uniqueChannel();
    const { id } = await client.publish(channel, { eur: 1 }, { event: 'price' });

    expect(await stored(channel)).toEqual([
      { id, channel, event: 'price', data: { eur: 1 }, time: expect.any(Number) as number, client: 'tab-1' },
    ]);
  });

  it('is refused with the code of the server', async () => {
    await using client = connectTo(server.url, { transports: [transport] });

    await expect(client.publish('no name', 1)).rejects.toMatchObject({
      name: 'TetracastError',
      code: 'invalid_channel',
    });
  });

  it('with the key of an earlier one is stored once', async () => {
    await using client = connectTo(server.url, { transports: [transport] });
    const channel = uniqueChannel();
    const first = await client.publish(channel, 1, { idempotencyKey: 'order-7' });

    expect(await client.publish(channel, 2, { idempotencyKey: 'order-7' })).toEqual({ id: first.id, duplicate: true });
    expect(await stored(channel)).toHaveLength(1);
  });

  it('waits without a network, keeps its place, and is stored once', async () => {
    await using proxy = await startUnrulyProxy(server.url);
    await using client = connectTo(proxy.url, { transports: [transport], connectTimeoutMs: 1000 });
    const channel = uniqueChannel();
    client.subscribe(channel);
    await statusOf(client, connectedOver(transport));
    proxy.weather = { isBadGateway: true };
    proxy.cut();
    const results = Promise.all([1, 2, 3].map((data) => client.publish(channel, data)));
    await statusOf(client, ({ state }) => state === 'waiting');
    proxy.weather = {};
    await results;

    expect((await stored(channel)).map(({ data }) => data)).toEqual([1, 2, 3]);
  });
});

describe.each(TRANSPORTS)('over %s', (transport) => {
  it('a publication that cannot be sent is refused, and keeps neither others nor subscriptions from going on', async () => {
    await using client = connectTo(server.url, { transports: [transport] });
    const channel = uniqueChannel();
    const messages = await new Promise<Subscription>((resolve) => {
      const opened: Subscription = client.subscribe(channel, { onBegin: () => resolve(opened) });
    });
    const tooLarge = client.publish(channel, 'x'.repeat(300_000));
    const unfit = client.publish(channel, 1n);
    const fit = client.publish(channel, 'fits');

    await expect(unfit).rejects.toThrow('BigInt');
    await expect(tooLarge).rejects.toMatchObject({ code: 'message_too_large' });
    await fit;
    expect((await messages.next()).value).toMatchObject({ data: 'fits' });
  });
});

describe('a publication that waits', () => {
  it('is stored as it was when it was given', async () => {
    await using client = connectTo(server.url, { transports: ['polling'] });
    const channel = uniqueChannel();
    const state = { n: 1 };
    const published = [client.publish(channel, 'before'), client.publish(channel, state)];
    state.n = 2;
    await Promise.all(published);

    expect((await stored(channel)).map(({ data }) => data)).toEqual(['before', { n: 1 }]);
  });

  it('ends with a typed error after its time', async () => {
    await using client = connectTo('http://127.0.0.1:9', { publishTimeoutMs: 50 });

    await expect(client.publish('news', 1)).rejects.toMatchObject({ code: 'expired' });
  });

  it('is refused if too many wait already', async () => {
    await using client = connectTo('http://127.0.0.1:9', { publishTimeoutMs: 50, maxQueued: 1 });
    const first = client.publish('news', 1);

    await expect(client.publish('news', 2)).rejects.toMatchObject({ code: 'queue_full' });
    await expect(first).rejects.toMatchObject({ code: 'expired' });
  });

  it('ends with the client, and with its signal', async () => {
    const client = connectTo('http://127.0.0.1:9');
    const aborting = new AbortController();
    const aborted = client.publish('news', 1, { signal: aborting.signal });
    const other = client.publish('news', 2);
    aborting.abort(new Error('enough'));
    client.close();

    await expect(aborted).rejects.toThrow('enough');
    await expect(other).rejects.toMatchObject({ code: 'closed' });
    await expect(client.publish('news', 3)).rejects.toMatchObject({ code: 'closed' });
  });
});
