import { cursorAfter } from '@tetracast/message-model';
import { type ContractContext, open, publishAll, publishMany, uniqueChannel, words } from '../contract-context';

/** After a cut a client resumes where it was: nothing missing, nothing twice, no reset. */
export function testResume(context: ContractContext): void {
  describe('resume', () => {
    it('brings what was published while the connection was cut', async () => {
      const channel = uniqueChannel();
      await using publisher = await open(context, { channels: [uniqueChannel()] });
      await using client = await open(context, { channels: [channel] });
      await publishAll(publisher, channel, words(3, 'before'));
      await client.next(3);

      await client.cut(() => publishMany(context, publisher, channel, words(20, 'meanwhile')));
      await publishAll(publisher, channel, words(3, 'later'));

      expect((await client.next(23)).map(({ data }) => data)).toEqual([
        ...words(20, 'meanwhile'),
        ...words(3, 'later'),
      ]);
      expect(client.resets).toEqual([]);
      expect(client.received).toHaveLength(26);
    });

    if (context.driver.flags.keepsStartCursor) {
      it('brings it although nothing had come before the cut', async () => {
        const channel = uniqueChannel();
        await using publisher = await open(context, { channels: [uniqueChannel()] });
        await using client = await open(context, { channels: [channel] });

        await client.cut(() => publishAll(publisher, channel, words(2, 'meanwhile')));

        expect((await client.next(2)).map(({ data }) => data)).toEqual(words(2, 'meanwhile'));
        expect(client.resets).toEqual([]);
      });
    }

    it('brings on several channels what each had', async () => {
      const [red, green] = [uniqueChannel('red'), uniqueChannel('green')];
      await using publisher = await open(context, { channels: [uniqueChannel()] });
      await using client = await open(context, { channels: [red, green] });
      await publishAll(publisher, red, words(2, 'red'));
      await client.next(2);

      await client.cut(async () => {
        await publishAll(publisher, green, words(2, 'green'));
        await publishAll(publisher, red, ['red-3']);
      });

      expect((await client.next(3)).map(({ data }) => data)).toEqual(['green-1', 'green-2', 'red-3']);
      expect(client.resets).toEqual([]);
    });

    // A poll is resumed from the cursor of its answer, not from that of a message.
    if (context.driver.flags.polls !== true) {
      it('goes on from any message of a replay whose channels begin at different places', async () => {
        const [early, late, live] = [uniqueChannel('early'), uniqueChannel('late'), uniqueChannel('live')];
        const channels = [early, late, live];
        await using publisher = await open(context, { channels: [uniqueChannel()] });
        await publishAll(publisher, early, words(4, 'early'));
        await publishAll(publisher, late, words(4, 'late'));
        await using client = await open(context, { channels, rewind: 2 });
        const replay = await client.next(4);
        await publisher.publish({ channel: live, data: 'live' });

        const resumed: unknown[][] = [];
        for (const message of replay) {
          await using again = await open(context, { channels, after: cursorAfter(message) });
          const missing = replay.length - resumed.length;
          resumed.push((await again.next(missing)).map(({ data }) => data));
        }

        const all = ['early-3', 'early-4', 'late-3', 'late-4', 'live'];
        expect(replay.map(({ data }) => data)).toEqual(all.slice(0, 4));
        expect(resumed).toEqual([all.slice(1), all.slice(2), all.slice(3), all.slice(4)]);
      });
    }

    it('stands cuts in the middle of a stream', async () => {
      const channel = uniqueChannel();
      await using publisher = await open(context, { channels: [uniqueChannel()] });
      await using client = await open(context, { channels: [channel] });

      const publishing = publishMany(context, publisher, channel, words(60));
      await client.next(10);
      await client.cut();
      await publishing;

      expect([...(await client.next(50))].map(({ data }) => data)).toEqual(words(60).slice(10));
      await publishAll(publisher, channel, ['last']);
      expect((await client.next())[0]?.data).toBe('last');
      expect(client.received).toHaveLength(61);
      expect(client.resets).toEqual([]);
    });
  });
}
