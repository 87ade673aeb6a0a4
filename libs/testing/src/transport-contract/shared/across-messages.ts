import { publishJson, type TransportClient, type TransportDriver } from '../../drivers/index';
import { AWKWARD_STRINGS, AWKWARD_VALUES } from '../awkward-payloads';
import { type ContractContext, open, uniqueChannel } from '../contract-context';

/** What is published on one transport is the same message on every other. */
export function testMessagesAcross(context: ContractContext, others: readonly TransportDriver[]): void {
  const { driver } = context;
  const openAll = (
    drivers: readonly TransportDriver[],
    options: Parameters<TransportDriver['open']>[1],
  ): Promise<TransportClient[]> => Promise.all(drivers.map((other) => other.open(context.url(), options)));
  const closeAll = (clients: readonly TransportClient[]): Promise<unknown> =>
    Promise.all(clients.map((client) => client.close()));

  describe('messages', () => {
    it('published here reach every transport alike', async () => {
      const channel = uniqueChannel();
      const events = ['price'];
      await using publisher = await open(context, { channels: [channel], events, client: 'tab-1' });
      const clients = await openAll(others, { channels: [channel], events });

      const { id } = await publisher.publish({ channel, event: 'price', data: 'one for all' });

      const [message] = await publisher.next();
      expect(message).toMatchObject({ id, channel, event: 'price', data: 'one for all', client: 'tab-1' });
      for (const client of clients) expect(await client.next()).toEqual([message]);
      await closeAll(clients);
    });

    it('arrive here with the data as it was published on every transport, in one order', async () => {
      const channel = uniqueChannel();
      await using client = await open(context, { channels: [channel] });
      const publishers = await openAll(others, { channels: [uniqueChannel()] });
      const payloads = Object.values({ ...AWKWARD_STRINGS, ...AWKWARD_VALUES });

      const sent = publishers.flatMap((publisher) =>
        payloads.map(async (data) => [(await publisher.publish({ channel, data })).id, JSON.stringify(data)] as const),
      );
      const published = new Map(await Promise.all(sent));
      const received = await client.next(sent.length);

      expect(new Map(received.map(({ id, data }) => [id, JSON.stringify(data)]))).toEqual(published);
      await using again = await driver.open(context.url(), { channels: [channel], after: 'earliest' });
      expect((await again.next(sent.length)).map(({ id }) => id)).toEqual(received.map(({ id }) => id));
      await closeAll(publishers);
    });

    it('with echo false are kept from the client key that published them on any transport', async () => {
      const channel = uniqueChannel();
      await using own = await open(context, { channels: [channel], client: 'tab-1' });
      await using other = await open(context, { channels: [channel], client: 'tab-2' });
      const publishers = await openAll(others, { channels: [uniqueChannel()], client: 'tab-1' });

      for (const publisher of publishers) {
        await publisher.publish({ channel, data: 'for others', echo: false });
        await publisher.publish({ channel, data: 'for all' });
      }

      const forAll = publishers.map(() => 'for all');
      const dataOf = async (client: TransportClient, count: number): Promise<unknown[]> =>
        (await client.next(count)).map(({ data }) => data);
      expect(await dataOf(own, forAll.length)).toEqual(forAll);
      expect(await dataOf(other, 2 * forAll.length)).toEqual(publishers.flatMap(() => ['for others', 'for all']));
      await using replay = await open(context, { channels: [channel], client: 'tab-1', after: 'earliest' });
      expect(await dataOf(replay, forAll.length)).toEqual(forAll);
      await closeAll(publishers);
    });

    it.each([
      ['POST /polling and POST /sse', '/polling', '/sse'],
      ['POST /sse and POST /polling', '/sse', '/polling'],
    ])('published by %s with one Idempotency-Key arrive once', async (_, first, second) => {
      const channel = uniqueChannel();
      const key = { 'idempotency-key': uniqueChannel('key') };
      await using client = await open(context, { channels: [channel] });

      const stored = await publishJson(context.url() + first, { channel, data: 'once' }, key);
      const repeated = await publishJson(context.url() + second, { channel, data: 'once' }, key);
      await client.publish({ channel, data: 'next' });

      expect([stored.status, repeated.status]).toEqual([201, 200]);
      expect(repeated.id).toBe(stored.id);
      expect((await client.next(2)).map(({ data }) => data)).toEqual(['once', 'next']);
    });
  });
}
