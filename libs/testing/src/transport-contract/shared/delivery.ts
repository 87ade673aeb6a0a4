import { CURSOR_PATTERN, decodeCursor } from '@tetracast/message-model';
import { type ContractContext, open, publishAll, publishAny, uniqueChannel, words } from '../contract-context';

const CLOCK_LEEWAY_MS = 2000;

/** What is published arrives: once, in order, with all its members. */
export function testDelivery(context: ContractContext): void {
  describe('delivery', () => {
    it('hands over a message with id, channel, event, data and time', async () => {
      const channel = uniqueChannel();
      await using subscriber = await open(context, { channels: [channel] });
      await using publisher = await open(context, { channels: [uniqueChannel()], client: 'the-publisher' });

      const before = Date.now();
      const { id } = await publisher.publish({ channel, data: 'hello' });
      const [message] = await subscriber.next();

      expect(message).toEqual({
        id,
        channel,
        event: 'message',
        data: 'hello',
        time: expect.any(Number) as number,
        client: 'the-publisher',
      });
      expect(id).toMatch(CURSOR_PATTERN);
      expect(subscriber.cursor).toBe(id);
      expect(message?.time).toBeGreaterThan(before - CLOCK_LEEWAY_MS);
      expect(message?.time).toBeLessThan(Date.now() + CLOCK_LEEWAY_MS);
    });

    it('hands its own message to a publisher that also subscribes', async () => {
      const channel = uniqueChannel();
      await using client = await open(context, { channels: [channel] });

      const { id } = await client.publish({ channel, data: 'mine' });

      expect(await client.next()).toMatchObject([{ id, data: 'mine' }]);
    });

    it('hands over 200 messages published at once in one order, that of their ids, to every subscriber', async () => {
      const channel = uniqueChannel();
      await using one = await open(context, { channels: [channel] });
      await using other = await open(context, { channels: [channel] });
      await using publisher = await open(context, { channels: [uniqueChannel()] });
      const sent = words(200);

      const acks = await Promise.all(sent.map((data) => publishAny(context, publisher, { channel, data })));
      const [first, second] = await Promise.all([one.next(200), other.next(200)]);

      const dataById = new Map(acks.map(({ id }, index) => [id, sent[index]]));
      expect(new Map(first.map(({ id, data }) => [id, data]))).toEqual(dataById);
      const seqs = first.map(({ id }) => decodeCursor(id)?.seq ?? 0);
      expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
      expect(second).toEqual(first);
    });

    it('serves several channels on one connection, in the order of publication, and no other channel', async () => {
      const [red, green, blue] = [uniqueChannel('red'), uniqueChannel('green'), uniqueChannel('blue')];
      await using client = await open(context, { channels: [red, green] });
      await using publisher = await open(context, { channels: [uniqueChannel()] });

      for (const channel of [red, green, blue, green, red]) await publisher.publish({ channel, data: 'x' });

      expect((await client.next(4)).map(({ channel }) => channel)).toEqual([red, green, green, red]);
      expect(client.received).toHaveLength(4);
    });

    it('takes the names that the grammar allows', async () => {
      const channels = ['чат', '北京.room:1', 'a_b~c@d-e', 'n'.repeat(180)].map((name) => uniqueChannel(name));
      await using client = await open(context, { channels });

      for (const channel of channels) await publishAll(client, channel, ['x']);

      expect((await client.next(channels.length)).map(({ channel }) => channel)).toEqual(channels);
    });

    it('carries the event', async () => {
      const channel = uniqueChannel();
      const events = ['price', 'state.changed', 'état:nouveau', 'x'.repeat(64), 'message'];
      await using client = await open(context, { channels: [channel], events });

      for (const event of events) await client.publish({ channel, event, data: event });

      const messages = await client.next(events.length);
      expect(messages.map(({ event }) => event)).toEqual(events);
      expect(messages.map(({ data }) => data)).toEqual(events);
    });
  });
}
