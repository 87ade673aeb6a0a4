import { type ContractContext, open, uniqueChannel } from '../contract-context';

/** `idempotencyKey`, for a publisher that got no answer and repeats. */
export function testIdempotency(context: ContractContext): void {
  describe('an idempotency key', () => {
    it('has a repeat stored once and answered with the first id, also on the next connection', async () => {
      const channel = uniqueChannel();
      const idempotencyKey = uniqueChannel('key');
      await using other = await open(context, { channels: [uniqueChannel()] });
      await using client = await open(context, { channels: [channel] });

      const { id } = await client.publish({ channel, data: 'once', idempotencyKey });
      const again = await client.publish({ channel, data: 'once', idempotencyKey });
      expect((await client.next())[0]?.id).toBe(id);
      await client.cut(() => other.publish({ channel, data: 'meanwhile' }));
      expect((await client.next())[0]?.data).toBe('meanwhile');
      // A client that names no client key has another one by now: the server makes it up.
      const afterCut = await client.publish({ channel, data: 'once', idempotencyKey });
      const next = await client.publish({ channel, data: 'another', idempotencyKey: `${idempotencyKey}-2` });

      expect([again.id, afterCut.id]).toEqual([id, id]);
      expect((await client.next())[0]?.id).toBe(next.id);
    });

    it('is that of the client key which the client names: two clients with equal keys have two messages', async () => {
      const channel = uniqueChannel();
      const idempotencyKey = uniqueChannel('key');
      const reading = uniqueChannel();
      await using first = await open(context, { channels: [channel], client: 'tab-1' });
      await using second = await open(context, { channels: [reading], client: 'tab-2' });
      await using third = await open(context, { channels: [reading], client: 'tab-1' });

      const ids: string[] = [];
      for (const client of [first, second, third]) {
        ids.push((await client.publish({ channel, data: 'mine', idempotencyKey })).id);
      }

      expect((await first.next(2)).map(({ id }) => id)).toEqual([ids[0], ids[1]]);
      expect(ids[2]).toBe(ids[0]);
    });
  });
}
