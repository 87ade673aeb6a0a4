import { type ContractContext, open, uniqueChannel } from '../contract-context';

/** `echo: false` keeps a message from every connection with the publisher's client key. */
export function testEcho(context: ContractContext): void {
  describe('echo', () => {
    it('keeps a message from the connections of its publisher, and only from them', async () => {
      const channel = uniqueChannel();
      await using publisher = await open(context, { channels: [channel], client: 'tab-1' });
      await using sameKey = await open(context, { channels: [channel], client: 'tab-1' });
      await using otherKey = await open(context, { channels: [channel], client: 'tab-2' });
      await using noKey = await open(context, { channels: [channel] });

      await publisher.publish({ channel, data: 'for others', echo: false });
      await publisher.publish({ channel, data: 'for all' });

      expect((await publisher.next())[0]?.data).toBe('for all');
      expect((await sameKey.next())[0]?.data).toBe('for all');
      expect((await otherKey.next(2)).map(({ data }) => data)).toEqual(['for others', 'for all']);
      expect((await noKey.next(2)).map(({ data }) => data)).toEqual(['for others', 'for all']);
    });

    it('keeps it from them in a replay, too', async () => {
      const channel = uniqueChannel();
      await using publisher = await open(context, { channels: [uniqueChannel()], client: 'tab-1' });

      await publisher.publish({ channel, data: 'for others', echo: false });
      await publisher.publish({ channel, data: 'for all' });
      await using sameKey = await open(context, { channels: [channel], client: 'tab-1', after: 'earliest' });
      await using otherKey = await open(context, { channels: [channel], client: 'tab-2', after: 'earliest' });

      expect((await sameKey.next())[0]?.data).toBe('for all');
      expect((await otherKey.next(2)).map(({ data }) => data)).toEqual(['for others', 'for all']);
    });

    it('keeps it from them after a cut, too', async () => {
      const channel = uniqueChannel();
      await using publisher = await open(context, { channels: [uniqueChannel()], client: 'tab-1' });
      await using sameKey = await open(context, { channels: [channel], client: 'tab-1' });
      await using otherKey = await open(context, { channels: [channel], client: 'tab-2' });
      await publisher.publish({ channel, data: 'before' });
      for (const client of [sameKey, otherKey]) await client.next();

      const publishBoth = async (): Promise<void> => {
        await publisher.publish({ channel, data: 'for others', echo: false });
        await publisher.publish({ channel, data: 'for all' });
      };
      await otherKey.cut(() => sameKey.cut(publishBoth));

      expect((await sameKey.next())[0]?.data).toBe('for all');
      expect((await otherKey.next(2)).map(({ data }) => data)).toEqual(['for others', 'for all']);
      expect([...sameKey.resets, ...otherKey.resets]).toEqual([]);
    });

    it('hands a message to its publisher when echo is true', async () => {
      const channel = uniqueChannel();
      await using publisher = await open(context, { channels: [channel], client: 'tab-1' });

      await publisher.publish({ channel, data: 'for all', echo: true });

      expect((await publisher.next())[0]?.data).toBe('for all');
    });
  });
}
