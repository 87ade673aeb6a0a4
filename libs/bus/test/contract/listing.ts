import type { Bus, ChannelSummary } from '../../src';
import { appendTo, type BusHarness, passTo, readAll } from './harness';

async function listAll(bus: Bus, prefix: string, limit: number): Promise<ChannelSummary[][]> {
  const pages: ChannelSummary[][] = [];
  for (let after: number | undefined = 0; after !== undefined;) {
    const { channels, next } = await bus.listChannels({ prefix, limit, after });
    pages.push([...channels]);
    after = next;
  }
  return pages;
}

export function describeListing(harness: BusHarness): void {
  describe('the list of channels', () => {
    it('has what is stored of each, the longest silent first', async () => {
      const bus = harness.create();
      await appendTo(bus, 'a', 'b', 'a', 'c');
      await bus.deleteChannel('c');
      const timeOf = async (channel: string) => (await readAll(bus, channel)).entries.at(-1)?.time;
      expect(await bus.listChannels({ prefix: '', after: 0, limit: 10 })).toEqual({
        channels: [
          { channel: 'b', messages: 1, lastTime: await timeOf('b') },
          { channel: 'a', messages: 2, lastTime: await timeOf('a') },
          { channel: 'c', messages: 0 },
        ],
      });
    });

    it('comes in pages, of the channels with a prefix', async () => {
      const bus = harness.create();
      const names = Array.from({ length: 2500 }, (_, i) => `${i % 100 === 0 ? 'chat' : 'other'}:${i}`);
      await bus.appendAll(names.map((channel) => ({ channel, event: 'message', data: '1', echo: true })));
      const pages = await listAll(bus, 'chat:', 10);
      expect(pages.map(({ length }) => length)).toEqual([10, 10, 5]);
      expect(pages.flat().map(({ channel }) => channel)).toEqual(names.filter((name) => name.startsWith('chat:')));
      expect((await listAll(bus, '', 1000)).flat().map(({ channel }) => channel)).toEqual(names);
      expect(await bus.listChannels({ prefix: 'none', after: 0, limit: 10 })).toEqual({ channels: [] });
    });

    it('leaves out no channel that gets a message between two pages', async () => {
      const bus = harness.create();
      await appendTo(bus, 'a', 'b', 'c', 'd');
      const first = await bus.listChannels({ prefix: '', after: 0, limit: 2 });
      await appendTo(bus, 'c', 'a');
      const rest = await bus.listChannels({ prefix: '', limit: 10, after: first.next! });
      expect([first, rest].map(({ channels }) => channels.map(({ channel }) => channel))).toEqual([
        ['a', 'b'],
        ['d', 'c', 'a'],
      ]);
    });

    it('counts no message that has expired', async () => {
      const ttlMs = 60;
      const bus = harness.create({ retention: { size: 10, ttlMs } });
      await appendTo(bus, 'a');
      await passTo(harness, (await harness.now()) + ttlMs);
      expect(await bus.listChannels({ prefix: '', after: 0, limit: 10 })).toEqual({
        channels: [{ channel: 'a', messages: 0 }],
      });
    });
  });
}
