import { CURSOR_PATTERN, decodeCursor, encodeCursor, type ResetReason } from '@tetracast/message-model';
import type { TransportClient } from '../../drivers/index';
import { type ContractContext, itOnItsOwnServer, open, publishAll, uniqueChannel, words } from '../contract-context';

/** If a client cannot resume without a gap, it gets a reset in-band, and the subscription continues. */
export function testResets(context: ContractContext): void {
  describe('resets', () => {
    it('invalid: a cursor that cannot be read begins now', async () => {
      const channel = uniqueChannel();
      await using publisher = await open(context, { channels: [uniqueChannel()] });
      await publishAll(publisher, channel, words(2));

      await using client = await open(context, { channels: [channel], after: 'no.such~cursor' });

      await expectReset(client, 'invalid', channel);
      await publishAll(publisher, channel, ['live']);
      expect((await client.next())[0]?.data).toBe('live');
    });

    it('ahead: a cursor beyond the log, and what is stored follows', async () => {
      const channel = uniqueChannel();
      await using publisher = await open(context, { channels: [uniqueChannel()] });
      const [id = ''] = await publishAll(publisher, channel, words(2));
      const position = decodeCursor(id);
      if (position === undefined) throw new Error(`not a cursor: ${id}`);

      const after = encodeCursor({ ...position, seq: position.seq + 1_000_000 });
      await using client = await open(context, { channels: [channel], after });

      await expectReset(client, 'ahead', channel);
      expect((await client.next(2)).map(({ data }) => data)).toEqual(words(2));
    });

    it('epoch: a cursor of a log that never was, and what is stored follows', async () => {
      const channel = uniqueChannel();
      await using publisher = await open(context, { channels: [uniqueChannel()] });
      await publishAll(publisher, channel, words(2));

      const after = encodeCursor({ epoch: 'neverwas', seq: 1 });
      await using client = await open(context, { channels: [channel], after });

      await expectReset(client, 'epoch', channel);
      expect((await client.next(2)).map(({ data }) => data)).toEqual(words(2));
    });

    itOnItsOwnServer(
      context,
      'epoch: a cursor of another log, and what is stored follows',
      {},
      async (otherService) => {
        const channel = uniqueChannel();
        await using foreign = await context.driver.open(otherService.url, { channels: [uniqueChannel()] });
        const { id } = await foreign.publish({ channel, data: 'elsewhere' });
        await using publisher = await open(context, { channels: [uniqueChannel()] });
        await publishAll(publisher, channel, words(3));

        await using client = await open(context, { channels: [channel], after: id });

        await expectReset(client, 'epoch', channel);
        expect((await client.next(3)).map(({ data }) => data)).toEqual(words(3));
      },
    );

    itOnItsOwnServer(
      context,
      'trimmed: messages after the cursor are gone, and what is left follows',
      { HISTORY_SIZE: '5' },
      async (service) => {
        const channel = uniqueChannel();
        await using publisher = await context.driver.open(service.url, { channels: [uniqueChannel()] });
        const [first = ''] = await publishAll(publisher, channel, words(12));

        await using client = await context.driver.open(service.url, { channels: [channel], after: first });

        await expectReset(client, 'trimmed', channel);
        expect((await client.next(5)).map(({ data }) => data)).toEqual(words(12).slice(-5));
      },
    );

    itOnItsOwnServer(context, 'names only the channels it is about', { HISTORY_SIZE: '5' }, async (service) => {
      const [full, quiet] = [uniqueChannel('full'), uniqueChannel('quiet')];
      await using publisher = await context.driver.open(service.url, { channels: [uniqueChannel()] });
      const [start = ''] = await publishAll(publisher, quiet, ['quiet']);
      await publishAll(publisher, full, words(8));

      await using client = await context.driver.open(service.url, { channels: [full, quiet], after: start });

      await expectReset(client, 'trimmed', full);
      expect((await client.next(5)).map(({ data }) => data)).toEqual(words(8).slice(-5));
    });

    itOnItsOwnServer(
      context,
      'is not sent when exactly the whole history follows the cursor',
      { HISTORY_SIZE: '5' },
      async (service) => {
        const channel = uniqueChannel();
        await using publisher = await context.driver.open(service.url, { channels: [uniqueChannel()] });
        const [first = ''] = await publishAll(publisher, channel, words(6));

        await using client = await context.driver.open(service.url, { channels: [channel], after: first });

        expect((await client.next(5)).map(({ data }) => data)).toEqual(words(6).slice(1));
        expect(client.resets).toEqual([]);
      },
    );
  });
}

async function expectReset(client: TransportClient, reason: ResetReason, channel: string): Promise<void> {
  expect(await client.nextReset()).toEqual({
    reason,
    channels: [channel],
    cursor: expect.stringMatching(CURSOR_PATTERN) as string,
  });
}
