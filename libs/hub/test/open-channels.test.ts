import { BusUnavailableError } from '@tetracast/bus';
import { Bench, turn } from './hub-under-test';
import { RecordingSink } from './recording-sink';

describe('a hub with as many channels as may be open', () => {
  it('opens no other, serves those it has, and opens one again when one has closed', async () => {
    await using bench = new Bench({ maxOpenChannels: 2, warmMs: 0 });
    const first = bench.hub.connect(new RecordingSink());
    await first.subscribe(['a', 'b'], { kind: 'now' });

    const second = bench.hub.connect(new RecordingSink());
    await expect(second.subscribe(['c'], { kind: 'now' })).rejects.toMatchObject({ code: 'overloaded' });
    await second.subscribe(['b'], { kind: 'now' });
    expect(bench.hub.stats.channels).toBe(2);

    first.close();
    bench.hub.channelRegistry.sweep(performance.now() + 1);
    await second.subscribe(['c'], { kind: 'now' });
    expect(bench.hub.stats.channels).toBe(2);
  });
});

describe('a channel that cannot be opened', () => {
  it('leaves no error unheard when there is no room for another that was asked for with it', async () => {
    const unheard: unknown[] = [];
    const hear = (reason: unknown): number => unheard.push(reason);
    process.on('unhandledRejection', hear);
    await using bench = new Bench({ maxOpenChannels: 1 });
    bench.bus.away = true;

    const connection = bench.hub.connect(new RecordingSink());
    await expect(connection.subscribe(['a', 'b'], { kind: 'now' })).rejects.toMatchObject({ code: 'overloaded' });
    await turn();
    process.off('unhandledRejection', hear);

    expect(unheard).toEqual([]);
  });

  it('is not heard either', async () => {
    await using bench = new Bench();
    jest.spyOn(bench.bus, 'positions').mockRejectedValueOnce(new BusUnavailableError('away, for the test'));

    await expect(bench.join(['a'])).rejects.toThrow(BusUnavailableError);

    expect([bench.bus.subscribed, bench.hub.stats.channels]).toEqual([[], 0]);
  });
});

describe('a channel that nobody reads yet', () => {
  it('is kept while it opens', async () => {
    await using bench = new Bench({ warmMs: 0 });
    const held = bench.bus.holdAnswer();
    const joined = bench.join(['a']);
    const open = await held;

    bench.hub.channelRegistry.sweep(performance.now() + 1);
    expect(bench.hub.stats.channels).toBe(1);
    open();
    await joined;
    expect(bench.bus.subscribed).toEqual(['a']);
  });

  it('is opened again when it was closed before its first reader had found its place', async () => {
    await using bench = new Bench({ warmMs: 0 });
    const opening = bench.bus.holdAnswer();
    const joined = bench.join(['a'], { kind: 'rewind', count: 1 });
    const open = await opening;
    const reading = bench.bus.holdAnswer();
    open();
    const read = await reading;
    bench.hub.channelRegistry.sweep(performance.now() + 1);
    expect(bench.hub.stats.channels).toBe(0);
    read();

    const { sink } = await joined;
    await bench.publish('a', 'heard');
    await turn();
    expect(sink.data).toEqual(['heard']);
  });
});
