import { BusUnavailableError } from '@tetracast/bus';
import { Bench, range, turn } from './hub-under-test';
import { FaultyBus } from './faulty-bus';
import { RecordingSink } from './recording-sink';

describe('a reader that stops reading', () => {
  it('is handed nothing while full, then everything in order, from window or log; others are not held up', async () => {
    await using bench = new Bench({ windowLimits: { messages: 20, bytes: 1e6 } });
    const slow = await bench.join(['news']);
    const quick = await bench.join(['news']);
    slow.sink.full = true;
    await bench.publish('news', 1);
    await turn();
    await bench.publishAll('news', 2, 400);
    await quick.sink.reached(400);
    expect(slow.sink.data).toEqual([1]);
    slow.sink.full = false;
    slow.connection.onDrain();
    await slow.sink.reached(400);
    expect(slow.sink.data).toEqual(range(1, 400));
  });

  it('is told when it slept longer than the log remembers', async () => {
    await using bench = new Bench(
      { windowLimits: { messages: 5, bytes: 1e6 } },
      new FaultyBus({ retention: { size: 10, ttlMs: 60_000 } }),
    );
    const { sink, connection } = await bench.join(['news']);
    sink.full = true;
    await bench.publish('news', 1);
    await turn();
    await bench.publishAll('news', 2, 50);
    sink.full = false;
    connection.onDrain();
    await sink.reached(12);
    expect(sink.story).toEqual([1, 'trimmed', ...range(41, 50)]);
  });
});

describe('a hub that heals itself', () => {
  it('refills a hole that an announcement shows, once for all its readers', async () => {
    await using bench = new Bench();
    const readers = [await bench.join(['news']), await bench.join(['news'])];
    await bench.publish('news', 1);
    bench.bus.deaf = true;
    await bench.publishAll('news', 2, 4);
    bench.bus.deaf = false;
    await bench.publish('news', 5);
    for (const { sink } of readers) {
      await sink.reached(5);
      expect(sink.story).toEqual(range(1, 5));
    }
    expect(bench.bus.reads).toBe(1);
    expect(bench.hub.stats.refilled).toBeGreaterThanOrEqual(3);
  });

  it('finds by comparison what no announcement shows', async () => {
    await using bench = new Bench();
    const { sink } = await bench.join(['news']);
    bench.bus.deaf = true;
    await bench.publishAll('news', 1, 3);
    await turn();
    expect(sink.data).toEqual([]);
    await bench.hub.channelRegistry.compare();
    await sink.reached(3);
    expect(sink.data).toEqual(range(1, 3));
  });

  it('goes on after its line was cut, with what was said meanwhile, in the order of the log over all channels', async () => {
    await using bench = new Bench();
    const { sink } = await bench.join(['a', 'b']);
    await bench.publish('a', 1);
    await turn();
    bench.bus.interrupt();
    await bench.publish('b', 2);
    await bench.publish('a', 3);
    bench.bus.deaf = false;
    await bench.publish('a', 4);
    await turn();
    expect(sink.data).toEqual([1]);
    bench.bus.restore();
    await sink.reached(4);
    expect(sink.data).toEqual(range(1, 4));
  });

  it('keeps its connections while the log is away and goes on when it is back', async () => {
    await using bench = new Bench();
    const { sink, connection } = await bench.join(['news']);
    await bench.publish('news', 1);
    await turn();
    bench.bus.interrupt();
    await bench.publish('news', 2);
    bench.bus.away = true;
    bench.bus.restore();
    await bench.hub.channelRegistry.compare();
    await expect(bench.publish('news', 'lost')).rejects.toBeInstanceOf(BusUnavailableError);
    bench.bus.away = false;
    bench.hub.channelRegistry.sweep();
    await sink.reached(2);
    expect(sink.story).toEqual([1, 2]);
    expect(bench.hub.stats.connections).toBe(1);
    connection.close();
  });

  it('refuses a subscription it cannot serve, and serves the next', async () => {
    await using bench = new Bench();
    bench.bus.away = true;
    const connection = bench.hub.connect(new RecordingSink());
    await expect(connection.subscribe(['news'], { kind: 'now' })).rejects.toBeInstanceOf(BusUnavailableError);
    bench.bus.away = false;
    const { sink } = await bench.join(['news']);
    await bench.publish('news', 1);
    await turn();
    expect(sink.data).toEqual([1]);
  });

  it('with two readers of a damaged and a sound channel, no cursor promises what is still missing', async () => {
    await using bench = new Bench();
    const { sink } = await bench.join(['a', 'b']);
    bench.bus.deaf = true;
    await bench.publish('a', 1);
    bench.bus.deaf = false;
    await bench.publish('a', 2);
    await bench.publish('b', 3);
    await sink.reached(3);
    expect(sink.data).toEqual([1, 2, 3]);
  });
});

describe('a channel whose last number was forgotten', () => {
  it('gives its readers no false reset while other channels go on', async () => {
    const bus = new FaultyBus({ retention: { size: 100, ttlMs: 60_000 }, channelsRemembered: 2 });
    await using bench = new Bench({}, bus);
    const { sink } = await bench.join(['quiet']);
    for (const n of range(1, 40)) {
      await bench.publish(`busy-${n}`, n);
      await bench.hub.channelRegistry.compare();
    }
    await bench.publish('quiet', 'at last');
    await sink.reached(1);
    expect(sink.story).toEqual(['at last']);
    expect(bus.reads).toBe(0);
  });
});

describe('a line that is cut while the log answers', () => {
  it('is not taken for whole by what was asked before: the order of the log holds over channels', async () => {
    await using bench = new Bench();
    const { sink } = await bench.join(['b', 'c'], { kind: 'earliest' });
    bench.bus.lag = 2;
    const compared = bench.hub.channelRegistry.compare();
    bench.bus.interrupt();
    await bench.publish('c', 1);
    await compared;
    bench.bus.restore();
    await bench.publish('b', 2);
    await sink.reached(2);

    expect(sink.data).toEqual([1, 2]);
  });
});

describe('a connection that left all its channels', () => {
  it('begins anew in a log that took the place of the old one', async () => {
    await using bench = new Bench();
    const { sink, connection } = await bench.join(['news']);
    await bench.publish('news', 1);
    await turn();
    connection.unsubscribe(['news']);
    await bench.bus.replace();
    await bench.publish('other', 'old');
    await connection.subscribe(['other'], { kind: 'now' });
    await connection.whenCaughtUp();
    await bench.publish('other', 'new');
    await sink.reached(2);

    expect(sink.story).toEqual([1, 'new']);
  });
});
