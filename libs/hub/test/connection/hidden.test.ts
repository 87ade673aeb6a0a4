import { HubFixture, range, turn } from '../hub-fixture';
import { FaultyBus } from '@tetracast/bus/testing';

describe('messages hidden from their own client', () => {
  it('are passed: the cursor goes on, and coming back from it is no gap', async () => {
    const bus = new FaultyBus({ retention: { size: 5, ttlMs: 60_000 } });
    await using fixture = new HubFixture({ windowLimits: { messages: 1, bytes: 1_000_000 } }, bus);
    const { sink, connection } = await fixture.join(['news'], undefined, { client: 'ann' });
    await fixture.publish('news', 'seen');
    const ids: string[] = [];
    await turn();
    for (const n of range(1, 20)) {
      ids.push(await fixture.publish('news', n, { client: 'ann', echo: false }));
      await turn();
    }
    connection.close();

    expect(sink.data).toEqual(['seen']);
    expect(sink.silentCursors.at(-1)).toBe(ids.at(-1));
    const cursor = sink.silentCursors.at(-1) ?? '';
    const again = await fixture.join(['news'], { kind: 'after', cursor }, { client: 'ann' });
    expect(again.sink.story).toEqual([]);
  });

  it('need no cursor where a visible message follows in the same batch', async () => {
    await using fixture = new HubFixture();
    const { sink } = await fixture.join(['news'], undefined, { client: 'ann' });
    await fixture.publish('news', 'hidden', { client: 'ann', echo: false });
    await fixture.publish('news', 'seen');
    await turn();

    expect([sink.data, sink.silentCursors]).toEqual([['seen'], []]);
  });

  it('fill a connection as visible ones do: a client that takes nothing does not get more pending bytes each turn', async () => {
    await using fixture = new HubFixture();
    const { sink, connection } = await fixture.join(['news'], undefined, { client: 'ann' });
    sink.full = true;
    const ids: string[] = [];
    for (const n of range(1, 5)) {
      ids.push(await fixture.publish('news', n, { client: 'ann', echo: false }));
      await turn();
    }
    expect(sink.silentCursors).toEqual(ids.slice(0, 1));

    sink.full = false;
    connection.onDrain();
    await connection.whenCaughtUp();
    expect(sink.silentCursors).toEqual([ids[0], ids.at(-1)]);
  });
});
