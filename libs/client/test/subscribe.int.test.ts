import { publish, type TestService } from '@tetracast/service-kit/testing';
import { uniqueChannel } from '@tetracast/testing';
import type { Subscription } from '../src/index';
import { connectTo, startServer, TRANSPORTS } from './start-server';

let server: TestService;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

async function take<T>(messages: Subscription<T>, count: number): Promise<T[]> {
  const data: T[] = [];
  while (data.length < count) {
    const next = await messages.next();
    if (next.done === true) throw new Error(`the subscription ended after ${data.length} messages`);
    data.push(next.value.data);
  }
  return data;
}

describe.each(TRANSPORTS)('a subscription over %s', (transport) => {
  it('gets what is published after it has begun', async () => {
    await using client = connectTo(server.url, { transports: [transport] });
    const channel = uniqueChannel();
    const messages = await new Promise<Subscription<number>>((resolve) => {
      const opened: Subscription<number> = client.subscribe<number>(channel, { onBegin: () => resolve(opened) });
    });
    await publish(server, channel, [1, 2, 3]);

    expect(await take(messages, 3)).toEqual([1, 2, 3]);
    expect(client.status).toEqual({ state: 'connected', transport });
  });

  it.each([
    ['after earliest', { after: 'earliest' }, [1, 2, 3]],
    ['with a rewind', { rewind: 2 }, [2, 3]],
  ])('begins %s', async (_what, start, expected) => {
    await using client = connectTo(server.url, { transports: [transport] });
    const channel = uniqueChannel();
    await publish(server, channel, [1, 2, 3]);

    expect(await take(client.subscribe(channel, start), expected.length)).toEqual(expected);
  });

  it('to a name with a comma is refused, and no other channel is subscribed to', async () => {
    await using client = connectTo(server.url, { transports: [transport] });
    const error = await new Promise((resolve) => {
      client.subscribe(`${uniqueChannel()},${uniqueChannel()}`, { onMessage: () => undefined, onError: resolve });
    });

    expect(error).toMatchObject({ code: 'invalid_channel', isTemporary: false });
    expect(client.status).toEqual({ state: 'idle' });
  });

  it('begins after a cursor', async () => {
    await using client = connectTo(server.url, { transports: [transport] });
    const channel = uniqueChannel();
    const [after] = await publish(server, channel, [1, 2, 3]);

    expect(await take(client.subscribe(channel, { after }), 2)).toEqual([2, 3]);
  });

  it.each([
    ['now', {}, []],
    ['with a rewind', { rewind: 2 }, [2, 3]],
  ])('joins an open connection %s', async (_what, start, old) => {
    await using client = connectTo(server.url, { transports: [transport] });
    const [first, second] = [uniqueChannel(), uniqueChannel()];
    const early = await begun(client, first, {});
    await publish(server, second, [1, 2, 3]);
    const late = await begun(client, second, start);
    await publish(server, first, ['a']);
    await publish(server, second, [4, 5]);
    await publish(server, first, ['b']);

    expect(await take(late, old.length + 2)).toEqual([...old, 4, 5]);
    expect(await take(early, 2)).toEqual(['a', 'b']);
  });

  it('shares a channel with an earlier one that begins elsewhere', async () => {
    await using client = connectTo(server.url, { transports: [transport] });
    const channel = uniqueChannel();
    const [after] = await publish(server, channel, [1, 2]);
    const early = await begun(client, channel, {});
    const late = client.subscribe(channel, { after });
    await publish(server, channel, [3]);

    expect(await take(late, 2)).toEqual([2, 3]);
    expect(await take(early, 1)).toEqual([3]);
  });
});

async function begun(
  client: ReturnType<typeof connectTo>,
  channel: string,
  start: { readonly rewind?: number },
): Promise<Subscription> {
  return new Promise((resolve) => {
    const opened: Subscription = client.subscribe(channel, { ...start, onBegin: () => resolve(opened) });
  });
}
