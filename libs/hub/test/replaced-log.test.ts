import { Bench, turn } from './hub-under-test';

/** A hub that follows `old`, whose log has given out some numbers; nothing is compared with the log before it has to be. */
async function followed(): Promise<Bench> {
  const bench = new Bench({ compareMs: Infinity });
  await bench.join(['old']);
  await bench.publishAll('old', 1, 3);
  await turn();
  return bench;
}

/** The log is replaced, and the hub has heard of it and has compared all that is open with it. */
async function replace(bench: Bench): Promise<void> {
  await bench.bus.replace();
  await bench.publish('old', 'in the new log');
  await turn();
  await bench.hub.channelRegistry.compare();
  await turn();
}

describe('a log that is replaced', () => {
  it.each([
    ['while a channel opens', 'news'],
    ['while it is asked where it stands', 'old'],
  ])('%s: who begins now gets what follows, and no reset', async (_when, channel) => {
    await using bench = await followed();
    const held = bench.bus.holdAnswer();
    const joined = bench.join([channel]);
    const release = await held;
    await replace(bench);
    release();

    const { sink } = await joined;
    await bench.publish(channel, 1);
    await sink.reached(1);

    expect(sink.story).toEqual([1]);
  });

  it('unheard, before a channel opens: no cursor promises what the new log has not given out', async () => {
    await using bench = await followed();
    bench.bus.deaf = true;
    await bench.bus.replace();
    const first = await bench.publish('news', 1);
    bench.bus.deaf = false;

    const { sink, connection } = await bench.join(['news'], { kind: 'after', cursor: first });

    expect([sink.story, connection.cursor]).toEqual([[], first]);
  });

  it('unheard, before a channel opens: who reads others besides is behind in none of them', async () => {
    await using bench = await followed();
    bench.bus.deaf = true;
    await bench.bus.replace();
    const first = await bench.publish('news', 1);
    await bench.publish('old', 2);
    bench.bus.deaf = false;

    const { sink } = await bench.join(['news', 'old'], { kind: 'after', cursor: first });
    await sink.reached(1);

    expect(sink.story).toEqual([2]);
  });
});

it('misses nothing in a channel that opened while the line came back', async () => {
  await using bench = new Bench({ compareMs: Infinity });
  bench.bus.interrupt();
  const held = bench.bus.holdAnswer();
  const joined = bench.join(['news'], { kind: 'earliest' });
  const release = await held;
  await bench.publish('news', 1);
  bench.bus.restore();
  await turn();
  release();

  const { sink } = await joined;
  await sink.reached(1);

  expect(sink.story).toEqual([1]);
});

it('leaves a channel alone that is just opening when all are compared with the log', async () => {
  await using bench = new Bench();
  await bench.publishAll('news', 1, 10);
  const held = bench.bus.holdAnswer();
  const joined = bench.join(['news']);
  const release = await held;
  await bench.hub.channelRegistry.compare();
  release();
  await joined;

  expect(bench.bus.messagesRead).toBe(0);
});
