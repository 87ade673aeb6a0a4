import type { TestService } from '@tetracast/service-kit/testing';
import { uniqueChannel } from '@tetracast/testing';
import type { Message } from '../src/index';
import { connectTo, startServer, TRANSPORTS } from './start-server';
import { connectedOver, statusOf } from './status-story';

let server: TestService;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

describe.each(TRANSPORTS)('a channel that ends, over %s', (transport) => {
  it('ends its subscriptions, early and late ones, and no others', async () => {
    await using client = connectTo(server.url, { transports: [transport] });
    const [channel, other] = [uniqueChannel(), uniqueChannel()];
    const ends: Message[] = [];
    const onEnd = (message: Message): void => void ends.push(message);
    const early = client.subscribe(channel, { after: 'earliest', onEnd });
    await statusOf(client, connectedOver(transport));
    const running = client.subscribe(other, { after: 'earliest' });
    await client.publish(channel, 1);
    const { id } = await client.publish(channel, 'bye', { end: true });
    const read = async (messages: AsyncIterable<Message>): Promise<unknown[]> => {
      const data: unknown[] = [];
      for await (const message of messages) data.push(message.data);
      return data;
    };

    expect(await read(early)).toEqual([1]);
    expect(await read(client.subscribe(channel, { after: 'earliest', onEnd }))).toEqual([1]);
    expect(await read(client.subscribe(channel, { onEnd }))).toEqual([]);
    expect(ends).toEqual(Array(3).fill(expect.objectContaining({ id, event: 'tetracast:end', data: 'bye' })));
    await client.publish(other, 2);
    expect((await running.next()).value).toMatchObject({ data: 2 });
  });

  it('takes no more publications, and cannot be cancelled', async () => {
    await using client = connectTo(server.url, { transports: [transport] });
    const channel = uniqueChannel();
    await client.publish(channel, null, { end: true });
    const ended = { name: 'TetracastError', code: 'channel_ended', isTemporary: false };

    await expect(client.publish(channel, 1)).rejects.toMatchObject(ended);
    await expect(client.cancel(channel)).rejects.toMatchObject(ended);
  });
});

describe('cancel', () => {
  it('reaches the publishers of a channel with the client key of the sender', async () => {
    await using client = connectTo(server.url, { clientKey: 'tab-1' });
    const channel = uniqueChannel();
    const messages = client.subscribe(channel, { after: 'earliest' });
    await client.publish(channel, 1);
    await client.cancel(channel);
    await messages.next();

    expect((await messages.next()).value).toMatchObject({ event: 'tetracast:cancel', data: null, client: 'tab-1' });
  });

  it.each([
    ['not_found', uniqueChannel()],
    ['invalid_channel', 'no/../name'],
  ])('is refused with %s', async (code, channel) => {
    await using client = connectTo(server.url);

    await expect(client.cancel(channel)).rejects.toMatchObject({ name: 'TetracastError', code });
  });
});
