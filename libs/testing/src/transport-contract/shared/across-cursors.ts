import { type TransportClient, type TransportDriver } from '../../drivers/index';
import { type ContractContext, open, publishAll, uniqueChannel, words } from '../contract-context';
import { CURSOR_SOURCES } from '../cursor-sources';
import { cursorsOfReplay, LATE_JOINS } from './uneven-cursors';

/** A client resumes here from a cursor of another transport: nothing missing, nothing twice, no reset. */
export function testCursorsAcross(context: ContractContext, others: readonly TransportDriver[]): void {
  /** Resumes from `cursor`, and has what is published from then on as the sign that nothing else came. */
  const resumed = async (channels: readonly string[], cursor: string, count: number): Promise<unknown[]> => {
    await using client = await open(context, { channels, after: cursor });
    const missed = await client.next(count);
    await client.publish({ channel: channels[0] ?? '', data: 'live' });
    const messages = [...missed, ...(await client.next())];
    expect(client.resets).toEqual([]);
    return messages.map(({ data }) => data);
  };
  const publisher = (): Promise<TransportClient> => open(context, { channels: [uniqueChannel()] });

  describe('goes on from', () => {
    const goOn = async (take: (typeof CURSOR_SOURCES)[string], channels: readonly string[]): Promise<void> => {
      await using client = await publisher();
      for (const channel of channels) await publishAll(client, channel, ['before']);
      const cursor = await take(context.url(), channels);
      const missed: string[] = [];
      for (const word of words(2)) {
        for (const [index, channel] of channels.entries()) {
          missed.push(`${word} of ${index}`);
          await publishAll(client, channel, [`${word} of ${index}`]);
        }
      }

      expect(await resumed(channels, cursor, missed.length)).toEqual([...missed, 'live']);
    };

    it.each(Object.entries(CURSOR_SOURCES))('%s, on one channel and on three', async (_, take) => {
      await goOn(take, [uniqueChannel()]);
      await goOn(take, words(3, uniqueChannel()));
    });

    it.each(others.map((other) => [other.form, other] as const))(
      'each place in a %s replay whose channels begin at different places',
      async (_, other) => {
        const [early, late] = [uniqueChannel('early'), uniqueChannel('late')];
        await using client = await publisher();
        await publishAll(client, early, words(4, 'early'));
        await publishAll(client, late, words(4, 'late'));
        const replay = ['early-3', 'early-4', 'late-3', 'late-4'];

        const cursors = await cursorsOfReplay(other, context.url(), [early, late], 2, replay.length);

        expect(cursors.map(({ data }) => data)).toEqual(replay.map((__, index) => replay.slice(0, index + 1)));
        const live: string[] = [];
        for (const { cursor, data } of cursors) {
          const missed = [...replay.slice(data.length), ...live];
          expect(await resumed([early, late], cursor, missed.length)).toEqual([...missed, 'live']);
          live.push('live');
        }
      },
    );

    it.each(Object.entries(LATE_JOINS))(
      'a %s connection on which a channel that joined later catches up',
      async (_, joinLate) => {
        const [early, late] = [uniqueChannel('early'), uniqueChannel('late')];
        await using client = await publisher();
        const [start = ''] = await publishAll(client, late, words(4, 'late'));
        await publishAll(client, early, words(2, 'early'));

        const cursor = await joinLate(context.url(), early, late, start);

        expect(await resumed([early, late], cursor, 2)).toEqual(['late-3', 'late-4', 'live']);
      },
    );
  });
}
