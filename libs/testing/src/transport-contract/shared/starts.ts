import type { OpenOptions, TransportClient } from '../../drivers/index';
import {
  type ContractContext,
  itOnItsOwnServer,
  open,
  publishAll,
  publishMany,
  refusalBy,
  uniqueChannel,
  words,
} from '../contract-context';

/** Where a subscription begins: `after`, `after=earliest`, `rewind`, or nothing. */
export function testStarts(context: ContractContext): void {
  const { driver } = context;

  describe('starts', () => {
    const channel = uniqueChannel();
    let ids: string[];

    beforeAll(async () => {
      await using publisher = await open(context, { channels: [uniqueChannel()] });
      ids = await publishAll(publisher, channel, words(6));
    });

    // All messages of a start have arrived once a message published after it has.
    const dataFrom = async (start: Omit<OpenOptions, 'channels'>): Promise<unknown[]> => {
      const live = uniqueChannel();
      await using client = await open(context, { channels: [channel, live], ...start });
      await client.publish({ channel: live, data: 'live' });
      return await dataUntil(client, 'live');
    };

    it('begins now when nothing is said', async () => {
      expect(await dataFrom({})).toEqual(['live']);
    });

    it('after=<cursor> brings only what follows it', async () => {
      expect(await dataFrom({ after: ids[2] ?? '' })).toEqual(['word-4', 'word-5', 'word-6', 'live']);
    });

    it('after the newest brings nothing that is stored', async () => {
      expect(await dataFrom({ after: ids[5] ?? '' })).toEqual(['live']);
    });

    it('after=earliest brings all that is retained', async () => {
      expect(await dataFrom({ after: 'earliest' })).toEqual([...words(6), 'live']);
    });

    it('rewind=2 brings the last two', async () => {
      expect(await dataFrom({ rewind: 2 })).toEqual(['word-5', 'word-6', 'live']);
    });

    it('rewind brings what there is when there is less', async () => {
      expect(await dataFrom({ rewind: 100 })).toEqual([...words(6), 'live']);
    });

    it('rewind=0 begins now', async () => {
      expect(await dataFrom({ rewind: 0 })).toEqual(['live']);
    });

    itOnItsOwnServer(
      context,
      'rewind may be as large as MAX_REWIND, and no larger',
      { MAX_REWIND: '3' },
      async ({ url }) => {
        await using publisher = await driver.open(url, { channels: [uniqueChannel()] });
        await publishAll(publisher, channel, words(5));

        await using client = await driver.open(url, { channels: [channel], rewind: 3 });
        const refused = driver.open(url, { channels: [channel], rewind: 4 });

        await expect(refused).rejects.toMatchObject(refusalBy(driver, 'invalid_request'));
        await publisher.publish({ channel, data: 'live' });
        expect(await dataUntil(client, 'live')).toEqual(['word-3', 'word-4', 'word-5', 'live']);
      },
    );

    it('takes the cursor of a message on another channel for a moment in time', async () => {
      const other = uniqueChannel();
      await using client = await open(context, { channels: [uniqueChannel()] });
      await client.publish({ channel, data: 'before' });
      const { id } = await client.publish({ channel: other, data: 'the moment' });
      await client.publish({ channel, data: 'after' });

      await using late = await open(context, { channels: [channel], after: id });

      expect((await late.next())[0]?.data).toBe('after');
    });

    it('sends what is stored once, although it is published while the subscription begins', async () => {
      const busy = uniqueChannel();
      await using publisher = await open(context, { channels: [uniqueChannel()] });
      const publishing = publishMany(context, publisher, busy, words(30));
      const clients = await Promise.all(words(3).map(() => open(context, { channels: [busy], after: 'earliest' })));

      await publishing;

      for (const client of clients) {
        expect((await client.next(30)).map(({ data }) => data)).toEqual(words(30));
        await client.close();
      }
    });

    if (context.driver.flags.showsStartCursor) {
      it('gets a cursor at once that loses nothing', async () => {
        await using client = await open(context, { channels: [channel], after: ids[3] ?? '' });
        const replayed = await client.next(2);

        await using fresh = await open(context, { channels: [uniqueChannel()] });
        const start = fresh.cursor;
        await fresh.publish({ channel, data: 'since then' });
        await using later = await open(context, {
          channels: [channel],
          ...(start === undefined ? {} : { after: start }),
        });

        expect(replayed.map(({ data }) => data)).toEqual(['word-5', 'word-6']);
        expect(start).toBeDefined();
        expect((await later.next())[0]?.data).toBe('since then');
      });
    }
  });
}

async function dataUntil(client: TransportClient, last: unknown): Promise<unknown[]> {
  const data: unknown[] = [];
  while (data.at(-1) !== last) for (const message of await client.next()) data.push(message.data);
  return data;
}
