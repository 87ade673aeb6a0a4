import { Bench, range, turn } from './hub-under-test';
import { FaultyBus } from './faulty-bus';

describe('messages hidden from their own client', () => {
  it('are passed: the cursor goes on, and coming back from it is no gap', async () => {
    const bus = new FaultyBus({ retention: { size: 5, ttlMs: 60_000 } });
    await using bench = new Bench({ windowLimits: { messages: 1, bytes: 1_000_000 } }, bus);
    const { sink, connection } = await bench.join(['news'], undefined, { client: 'ann' });
    await bench.publish('news', 'seen');
    const ids: string[] = [];
    await turn();
    for (const n of range(1, 20)) {
      ids.push(await bench.publish('news', n, { client: 'ann', echo: false }));
      await turn();
    }
    connection.close();

    expect(sink.data).toEqual(['seen']);
    expect(sink.passedTo.at(-1)).toBe(ids.at(-1));
    const cursor = sink.passedTo.at(-1) ?? '';
    const again = await bench.join(['news'], { kind: 'after', cursor }, { client: 'ann' });
    expect(again.sink.story).toEqual([]);
  });

  it('are not told apart where a visible one follows in the same batch', async () => {
    await using bench = new Bench();
    const { sink } = await bench.join(['news'], undefined, { client: 'ann' });
    await bench.publish('news', 'hidden', { client: 'ann', echo: false });
    await bench.publish('news', 'seen');
    await turn();

    expect([sink.data, sink.passedTo]).toEqual([['seen'], []]);
  });

  it('fill a line as those do that are shown: of one that takes nothing no more is pending each turn', async () => {
    await using bench = new Bench();
    const { sink, connection } = await bench.join(['news'], undefined, { client: 'ann' });
    sink.full = true;
    const ids: string[] = [];
    for (const n of range(1, 5)) {
      ids.push(await bench.publish('news', n, { client: 'ann', echo: false }));
      await turn();
    }
    expect(sink.passedTo).toEqual(ids.slice(0, 1));

    sink.full = false;
    connection.onDrain();
    await connection.whenCaughtUp();
    expect(sink.passedTo).toEqual([ids[0], ids.at(-1)]);
  });
});
