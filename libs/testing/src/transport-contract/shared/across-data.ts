import type { TransportDriver } from '../../drivers/index';
import { AWKWARD_STRINGS, AWKWARD_VALUES } from '../awkward-payloads';
import { type ContractContext, open, publishAll, uniqueChannel } from '../contract-context';

/** What is published on one transport reaches a client that gets data alone, and what that one publishes reaches every transport. */
export function testDataAcross(context: ContractContext, others: readonly TransportDriver[]): void {
  describe('messages', () => {
    it('published here reach every transport alike', async () => {
      const channel = uniqueChannel();
      await using publisher = await open(context, { channels: [channel], client: 'tab-1' });
      const clients = await Promise.all(others.map((other) => other.open(context.url(), { channels: [channel] })));

      const texts = Object.values(AWKWARD_STRINGS);
      await publishAll(publisher, channel, texts);

      const [first = [], ...more] = await Promise.all(clients.map((client) => client.next(texts.length)));
      expect(first.map(({ data }) => data)).toEqual(texts);
      expect(first[0]).toMatchObject({ channel, event: 'message', client: 'tab-1' });
      for (const received of more) expect(received).toEqual(first);
      await Promise.all(clients.map((client) => client.close()));
    });

    it('arrive here with the data as it was published on every transport, in one order', async () => {
      const channel = uniqueChannel();
      await using client = await open(context, { channels: [channel] });
      const publishers = await Promise.all(
        others.map((other) => other.open(context.url(), { channels: [uniqueChannel()] })),
      );
      const payloads = Object.values({ ...AWKWARD_STRINGS, ...AWKWARD_VALUES });

      await Promise.all(
        publishers.flatMap((publisher) => payloads.map((data) => publisher.publish({ channel, data }))),
      );

      const published = publishers.flatMap(() => payloads.map(textOf));
      const received = (await client.next(published.length)).map(({ data }) => String(data));
      expect([...received].sort()).toEqual(published.sort());
      await using again = await open(context, { channels: [channel], after: 'earliest' });
      expect((await again.next(published.length)).map(({ data }) => data)).toEqual(received);
      await Promise.all(publishers.map((publisher) => publisher.close()));
    });
  });
}

const textOf = (data: unknown): string => (typeof data === 'string' ? data : JSON.stringify(data));
