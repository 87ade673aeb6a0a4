import { companionOf, END_EVENT, JOIN_EVENT } from '@tetracast/message-model';
import { FaultyBus } from '@tetracast/bus/testing';
import { HubFixture, turn } from '../hub-fixture';

async function end(fixture: HubFixture, channel: string): Promise<string> {
  return (await fixture.hub.publish({ channel, event: END_EVENT, data: '"bye"', echo: true, ends: true })).id;
}

describe('a channel that has ended', () => {
  it.each([
    ['now', { kind: 'now' }, ['bye']],
    ['rewind 0', { kind: 'rewind', count: 0 }, ['bye']],
    ['rewind 1', { kind: 'rewind', count: 1 }, ['bye']],
    ['earliest', { kind: 'earliest' }, ['old', 'bye']],
  ] as const)('ends a subscription that begins with %s', async (_, start, expected) => {
    for (const isOpen of [true, false]) {
      await using fixture = new HubFixture();
      if (isOpen) await fixture.join(['a']);
      await fixture.publish('a', 'old');
      await end(fixture, 'a');
      await turn();
      const { sink } = await fixture.join(['a'], start);
      expect(sink.story).toEqual(expected);
    }
  });

  it('ends no subscription that begins after it, and others go on', async () => {
    await using fixture = new HubFixture();
    const cursor = await end(fixture, 'a');
    const resumed = await fixture.join(['a'], { kind: 'after', cursor });
    const both = await fixture.join(['a', 'b']);
    await fixture.publish('b', 'live');
    await turn();
    expect(resumed.sink.story).toEqual([]);
    expect(both.sink.story).toEqual(['bye', 'live']);
    // The cursor before the live message names the end that was delivered.
    const again = await fixture.join(['a', 'b'], { kind: 'after', cursor: both.sink.messages[1]?.id ?? '' });
    expect(again.sink.story).toEqual([]);
  });

  it.each([
    ['a message of it that is not stored', ({ hub }: HubFixture, id: string) => hub.history.deleteMessage('a', id)],
    ['the messages of some user', ({ hub }: HubFixture) => hub.history.deleteUserMessages('ann')],
  ])('ends a subscription that begins now after a deletion of %s', async (_, deletes) => {
    await using fixture = new HubFixture();
    await fixture.join(['a']);
    const id = await fixture.publish('b', 'elsewhere');
    await end(fixture, 'a');
    await deletes(fixture, id);
    await turn();
    expect((await fixture.join(['a'])).sink.story).toEqual(['bye']);
  });

  it('that was deleted begins now again', async () => {
    await using fixture = new HubFixture();
    await fixture.join(['a']);
    const id = await end(fixture, 'a');
    expect(await fixture.hub.history.deleteMessage('a', id)).toBe(true);
    await turn();
    expect((await fixture.join(['a'])).sink.story).toEqual([]);
  });
});

describe('joins and leaves', () => {
  const join = (fixture: HubFixture): Promise<unknown> =>
    fixture.hub.publish({ channel: companionOf('a'), event: JOIN_EVENT, data: '{"id":"m"}', echo: true });

  it('are messages of the channel, in the order of the log, and take no room of another', async () => {
    await using fixture = new HubFixture({ maxChannels: 1 });
    const { sink, connection } = await fixture.join(['a', companionOf('a')]);
    await fixture.publish('a', 1);
    await join(fixture);
    await fixture.publish('a', 2);
    await turn();
    expect(sink.messages.map(({ channel, data }) => [channel, data])).toEqual([
      ['a', 1],
      ['a', { id: 'm' }],
      ['a', 2],
    ]);
    expect([connection.channels, connection.observed]).toEqual([['a'], ['a']]);
    connection.unsubscribe(['a', companionOf('a')]);
    expect([connection.channels, connection.observed]).toEqual([[], []]);
  });

  it('that are no longer stored are a reset of the channel', async () => {
    const retention = { size: 10, ttlMs: 600_000 };
    await using fixture = new HubFixture(
      {},
      new FaultyBus({ retention, namespaces: { $presence: { size: 1, ttlMs: 600_000 } } }),
    );
    const cursor = await fixture.publish('a', 1);
    await join(fixture);
    await join(fixture);
    const { sink } = await fixture.join(['a', companionOf('a')], { kind: 'after', cursor });
    expect(sink.resets).toMatchObject([{ reason: 'trimmed', channels: ['a'] }]);
  });

  it('are not rewound', async () => {
    await using fixture = new HubFixture();
    await join(fixture);
    await fixture.publish('a', 1);
    const { sink } = await fixture.join(['a', companionOf('a')], { kind: 'rewind', count: 5 });
    expect(sink.story).toEqual([1]);
  });
});
