import { HubFixture, turn } from '../hub-fixture';

/** A hub that follows `old`, whose log has assigned some numbers; it compares nothing with the log until it must. */
async function followed(): Promise<HubFixture> {
  const fixture = new HubFixture({ compareMs: Infinity });
  await fixture.join(['old']);
  await fixture.publishAll('old', 1, 3);
  await turn();
  return fixture;
}

/** The log is replaced, and the hub has seen the new epoch and compared all open channels with it. */
async function replace(fixture: HubFixture): Promise<void> {
  await fixture.bus.replace();
  await fixture.publish('old', 'in the new log');
  await turn();
  await fixture.hub.channelRegistry.compare();
  await turn();
}

describe('a log that is replaced', () => {
  it.each([
    ['while a channel opens', 'news'],
    ['while it is asked where it stands', 'old'],
  ])('%s: who begins now gets what follows, and no reset', async (_when, channel) => {
    await using fixture = await followed();
    const held = fixture.bus.holdNextAnswer();
    const joined = fixture.join([channel]);
    const release = await held;
    await replace(fixture);
    release();

    const { sink } = await joined;
    await fixture.publish(channel, 1);
    await sink.received(1);

    expect(sink.story).toEqual([1]);
  });

  it('unheard, before a channel opens: no cursor promises what the new log has not given out', async () => {
    await using fixture = await followed();
    fixture.bus.losesAnnouncements = true;
    await fixture.bus.replace();
    const first = await fixture.publish('news', 1);
    fixture.bus.losesAnnouncements = false;

    const { sink, connection } = await fixture.join(['news'], { kind: 'after', cursor: first });

    expect([sink.story, connection.cursor]).toEqual([[], first]);
  });

  it('without an announcement, before a channel opens: a reader of other channels is behind in none of them', async () => {
    await using fixture = await followed();
    fixture.bus.losesAnnouncements = true;
    await fixture.bus.replace();
    const first = await fixture.publish('news', 1);
    await fixture.publish('old', 2);
    fixture.bus.losesAnnouncements = false;

    const { sink } = await fixture.join(['news', 'old'], { kind: 'after', cursor: first });
    await sink.received(1);

    expect(sink.story).toEqual([2]);
  });
});

it('misses nothing in a channel that opened while announcements came back', async () => {
  await using fixture = new HubFixture({ compareMs: Infinity });
  fixture.bus.interrupt();
  const held = fixture.bus.holdNextAnswer();
  const joined = fixture.join(['news'], { kind: 'earliest' });
  const release = await held;
  await fixture.publish('news', 1);
  fixture.bus.restore();
  await turn();
  release();

  const { sink } = await joined;
  await sink.received(1);

  expect(sink.story).toEqual([1]);
});

it('leaves a channel alone that is just opening when all are compared with the log', async () => {
  await using fixture = new HubFixture();
  await fixture.publishAll('news', 1, 10);
  const held = fixture.bus.holdNextAnswer();
  const joined = fixture.join(['news']);
  const release = await held;
  await fixture.hub.channelRegistry.compare();
  release();
  await joined;

  expect(fixture.bus.messagesRead).toBe(0);
});
