import { Bench } from './bench';
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
    bench.hub.log.sweep(performance.now() + 1);
    await second.subscribe(['c'], { kind: 'now' });
    expect(bench.hub.stats.channels).toBe(2);
  });
});
