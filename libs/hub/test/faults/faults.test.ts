import { BusUnavailableError } from '@tetracast/bus';
import { HubFixture, range, turn } from '../hub-fixture';
import { FaultyBus } from '@tetracast/bus/testing';
import { RecordingSink } from '../recording-sink';

it('reports a gap that a reader has read about just before its channel has to read the log', async () => {
  const bus = new FaultyBus({ retention: { size: 2, ttlMs: 600_000 } });
  await using fixture = new HubFixture({ compareMs: Infinity }, bus);
  await fixture.join(['news']);
  const [cursor = ''] = await fixture.publishAll('news', 1, 4);
  await turn();
  // The window keeps nothing.
  await fixture.hub.history.deleteMessage('news', cursor);
  const pageRead = bus.holdNextAnswer();
  const joining = fixture.join(['news'], { kind: 'after', cursor });
  const releasePage = await pageRead;
  const logRead = bus.holdNextAnswer();
  bus.losesAnnouncements = true;
  await fixture.publish('news', 5);
  bus.losesAnnouncements = false;
  await fixture.publish('news', 6);
  const releaseLog = await logRead;
  releasePage();
  await turn();
  releaseLog();

  const { sink } = await joining;
  while (!sink.data.includes(6)) await turn();
  expect(sink.story).toEqual(['trimmed', 3, 4, 5, 6]);
});

describe('a reader that stops reading', () => {
  it('gets nothing while full, then everything in order, from window or log; other connections do not wait', async () => {
    await using fixture = new HubFixture({ windowLimits: { messages: 20, bytes: 1e6 } });
    const slow = await fixture.join(['news']);
    const quick = await fixture.join(['news']);
    slow.sink.full = true;
    await fixture.publish('news', 1);
    await turn();
    await fixture.publishAll('news', 2, 400);
    await quick.sink.received(400);
    expect(slow.sink.data).toEqual([1]);
    slow.sink.full = false;
    slow.connection.onDrain();
    await slow.sink.received(400);
    expect(slow.sink.data).toEqual(range(1, 400));
  });

  it('gets a reset when it was full for longer than the log stores messages', async () => {
    await using fixture = new HubFixture(
      { windowLimits: { messages: 5, bytes: 1e6 } },
      new FaultyBus({ retention: { size: 10, ttlMs: 60_000 } }),
    );
    const { sink, connection } = await fixture.join(['news']);
    sink.full = true;
    await fixture.publish('news', 1);
    await turn();
    await fixture.publishAll('news', 2, 50);
    sink.full = false;
    connection.onDrain();
    await sink.received(12);
    expect(sink.story).toEqual([1, 'trimmed', ...range(41, 50)]);
  });
});

describe('a hub that heals itself', () => {
  it('refills a hole that an announcement shows, once for all its readers', async () => {
    await using fixture = new HubFixture();
    const readers = [await fixture.join(['news']), await fixture.join(['news'])];
    await fixture.publish('news', 1);
    fixture.bus.losesAnnouncements = true;
    await fixture.publishAll('news', 2, 4);
    fixture.bus.losesAnnouncements = false;
    await fixture.publish('news', 5);
    for (const { sink } of readers) {
      await sink.received(5);
      expect(sink.story).toEqual(range(1, 5));
    }
    expect(fixture.bus.reads).toBe(1);
    expect(fixture.hub.stats.refilled).toBeGreaterThanOrEqual(3);
  });

  it('finds by comparison what no announcement shows', async () => {
    await using fixture = new HubFixture();
    const { sink } = await fixture.join(['news']);
    fixture.bus.losesAnnouncements = true;
    await fixture.publishAll('news', 1, 3);
    await turn();
    expect(sink.data).toEqual([]);
    await fixture.hub.channelRegistry.compare();
    await sink.received(3);
    expect(sink.data).toEqual(range(1, 3));
  });

  it('goes on after an interruption, with the messages published meanwhile, in the order of the log over all channels', async () => {
    await using fixture = new HubFixture();
    const { sink } = await fixture.join(['a', 'b']);
    await fixture.publish('a', 1);
    await turn();
    fixture.bus.interrupt();
    await fixture.publish('b', 2);
    await fixture.publish('a', 3);
    fixture.bus.losesAnnouncements = false;
    await fixture.publish('a', 4);
    await turn();
    expect(sink.data).toEqual([1]);
    fixture.bus.restore();
    await sink.received(4);
    expect(sink.data).toEqual(range(1, 4));
  });

  it('keeps its connections while the log is unavailable, and goes on after that', async () => {
    await using fixture = new HubFixture();
    const { sink, connection } = await fixture.join(['news']);
    await fixture.publish('news', 1);
    await turn();
    fixture.bus.interrupt();
    await fixture.publish('news', 2);
    fixture.bus.isUnavailable = true;
    fixture.bus.restore();
    await fixture.hub.channelRegistry.compare();
    await expect(fixture.publish('news', 'lost')).rejects.toBeInstanceOf(BusUnavailableError);
    fixture.bus.isUnavailable = false;
    fixture.hub.channelRegistry.sweep();
    await sink.received(2);
    expect(sink.story).toEqual([1, 2]);
    expect(fixture.hub.stats.connections).toBe(1);
    connection.close();
  });

  it('refuses a subscription it cannot serve, and serves the next', async () => {
    await using fixture = new HubFixture();
    fixture.bus.isUnavailable = true;
    const connection = fixture.hub.connect(new RecordingSink());
    await expect(connection.subscribe(['news'], { kind: 'now' })).rejects.toBeInstanceOf(BusUnavailableError);
    fixture.bus.isUnavailable = false;
    const { sink } = await fixture.join(['news']);
    await fixture.publish('news', 1);
    await turn();
    expect(sink.data).toEqual([1]);
  });

  it('with two readers of a damaged and a sound channel, no cursor promises what is still missing', async () => {
    await using fixture = new HubFixture();
    const { sink } = await fixture.join(['a', 'b']);
    fixture.bus.losesAnnouncements = true;
    await fixture.publish('a', 1);
    fixture.bus.losesAnnouncements = false;
    await fixture.publish('a', 2);
    await fixture.publish('b', 3);
    await sink.received(3);
    expect(sink.data).toEqual([1, 2, 3]);
  });
});

describe('a channel whose last number was forgotten', () => {
  it('gives its readers no false reset while other channels go on', async () => {
    const bus = new FaultyBus({ retention: { size: 100, ttlMs: 60_000 }, channelsRemembered: 2 });
    await using fixture = new HubFixture({}, bus);
    const { sink } = await fixture.join(['quiet']);
    for (const n of range(1, 40)) {
      await fixture.publish(`busy-${n}`, n);
      await fixture.hub.channelRegistry.compare();
    }
    await fixture.publish('quiet', 'at last');
    await sink.received(1);
    expect(sink.story).toEqual(['at last']);
    expect(bus.reads).toBe(0);
  });
});

describe('an interruption while the log answers', () => {
  it('makes an earlier answer unusable: the order of the log holds over channels', async () => {
    await using fixture = new HubFixture();
    const { sink } = await fixture.join(['b', 'c'], { kind: 'earliest' });
    fixture.bus.lagTurns = 2;
    const compared = fixture.hub.channelRegistry.compare();
    fixture.bus.interrupt();
    await fixture.publish('c', 1);
    await compared;
    fixture.bus.restore();
    await fixture.publish('b', 2);
    await sink.received(2);

    expect(sink.data).toEqual([1, 2]);
  });
});

describe('a connection that left all its channels', () => {
  it('starts over in a log that replaced the old one', async () => {
    await using fixture = new HubFixture();
    const { sink, connection } = await fixture.join(['news']);
    await fixture.publish('news', 1);
    await turn();
    connection.unsubscribe(['news']);
    await fixture.bus.replace();
    await fixture.publish('other', 'old');
    await connection.subscribe(['other'], { kind: 'now' });
    await connection.whenCaughtUp();
    await fixture.publish('other', 'new');
    await sink.received(2);

    expect(sink.story).toEqual([1, 'new']);
  });
});
