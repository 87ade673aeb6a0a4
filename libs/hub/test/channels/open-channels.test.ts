import { BusUnavailableError } from '@tetracast/bus';
import { HubFixture, turn } from '../hub-fixture';
import { RecordingSink } from '../recording-sink';

describe('a hub with as many channels as may be open', () => {
  it('opens no other, serves those it has, and opens one again when one has closed', async () => {
    await using fixture = new HubFixture({ maxOpenChannels: 2, warmMs: 0 });
    const first = fixture.hub.connect(new RecordingSink());
    await first.subscribe(['a', 'b'], { kind: 'now' });

    const second = fixture.hub.connect(new RecordingSink());
    await expect(second.subscribe(['c'], { kind: 'now' })).rejects.toMatchObject({ code: 'overloaded' });
    await second.subscribe(['b'], { kind: 'now' });
    expect(fixture.hub.stats.channels).toBe(2);

    first.close();
    fixture.hub.channelRegistry.sweep(performance.now() + 1);
    await second.subscribe(['c'], { kind: 'now' });
    expect(fixture.hub.stats.channels).toBe(2);
  });
});

describe('a channel that cannot be opened', () => {
  it('leaves no error unheard when there is no room for another that was asked for with it', async () => {
    const unheard: unknown[] = [];
    const hear = (reason: unknown): number => unheard.push(reason);
    process.on('unhandledRejection', hear);
    await using fixture = new HubFixture({ maxOpenChannels: 1 });
    fixture.bus.isUnavailable = true;

    const connection = fixture.hub.connect(new RecordingSink());
    await expect(connection.subscribe(['a', 'b'], { kind: 'now' })).rejects.toMatchObject({ code: 'overloaded' });
    await turn();
    process.off('unhandledRejection', hear);

    expect(unheard).toEqual([]);
  });

  it('is unsubscribed', async () => {
    await using fixture = new HubFixture();
    jest.spyOn(fixture.bus, 'positions').mockRejectedValueOnce(new BusUnavailableError('unavailable, for the test'));

    await expect(fixture.join(['a'])).rejects.toThrow(BusUnavailableError);

    expect([fixture.bus.subscribed, fixture.hub.stats.channels]).toEqual([['$forget'], 0]);
  });
});

describe('a channel without readers', () => {
  it('is kept while it opens', async () => {
    await using fixture = new HubFixture({ warmMs: 0 });
    const held = fixture.bus.holdNextAnswer();
    const joined = fixture.join(['a']);
    const open = await held;

    fixture.hub.channelRegistry.sweep(performance.now() + 1);
    expect(fixture.hub.stats.channels).toBe(1);
    open();
    await joined;
    expect(fixture.bus.subscribed).toEqual(['$forget', 'a']);
  });

  it('is opened again when it was closed before its first reader had its position', async () => {
    await using fixture = new HubFixture({ warmMs: 0 });
    const opening = fixture.bus.holdNextAnswer();
    const joined = fixture.join(['a'], { kind: 'rewind', count: 1 });
    const open = await opening;
    const reading = fixture.bus.holdNextAnswer();
    open();
    const read = await reading;
    fixture.hub.channelRegistry.sweep(performance.now() + 1);
    expect(fixture.hub.stats.channels).toBe(0);
    read();

    const { sink } = await joined;
    await fixture.publish('a', 'heard');
    await turn();
    expect(sink.data).toEqual(['heard']);
  });
});
