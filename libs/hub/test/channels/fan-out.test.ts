import { CodedError } from '@tetracast/message-model';
import { HubFixture, range, turn } from '../hub-fixture';
import { RecordingSink } from '../recording-sink';

describe('fan-out', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  it('hands each message to every connection of its channel, in order, and to no other', async () => {
    await using fixture = new HubFixture();
    const a = await fixture.join(['news']);
    const b = await fixture.join(['news', 'sport']);
    const c = await fixture.join(['sport']);
    await fixture.publishAll('news', 1, 3);
    await fixture.publish('sport', 'goal');
    await turn();
    expect(a.sink.data).toEqual([1, 2, 3]);
    expect(b.sink.data).toEqual([1, 2, 3, 'goal']);
    expect(c.sink.data).toEqual(['goal']);
  });

  it('writes once per connection and turn, the same buffer to all', async () => {
    await using fixture = new HubFixture();
    const [a, b] = [await fixture.join(['news']), await fixture.join(['news'])];
    await Promise.all(range(1, 50).map((n) => fixture.publish('news', n)));
    await turn();
    expect(a.sink.data).toEqual(range(1, 50));
    expect(a.sink.writes).toHaveLength(1);
    expect(b.sink.writes[0]).toBe(a.sink.writes[0]);
  });

  it.each([
    ['joins and leaves', 'news', '$presence:news'],
    ['another channel', 'news', 'sport'],
  ])('writes the same buffer to all that also get %s, and their ids resume there too', async (_, channel, other) => {
    await using fixture = new HubFixture();
    const [a, b] = [await fixture.join([channel, other]), await fixture.join([other, channel])];
    for (const [index, name] of [channel, other, channel].entries()) {
      await Promise.all([fixture.publish(name, 2 * index + 1), fixture.publish(name, 2 * index + 2)]);
      await turn();
    }
    expect([a.sink.data, b.sink.data]).toEqual([range(1, 6), range(1, 6)]);
    expect(a.sink.writes).toHaveLength(3);
    a.sink.writes.forEach((bytes, i) => expect(b.sink.writes[i]).toBe(bytes));
    expect(a.connection.cursor).toBe(a.sink.messages.at(-1)?.id);
    const again = await fixture.join([channel, other], { kind: 'after', cursor: a.sink.messages[1]?.id ?? '' });
    expect(again.sink.data).toEqual(range(3, 6));
  });

  it('brings joins that are collected for many readers along with the next message of their channel, in order', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
    await using fixture = new HubFixture();
    const channels = ['news', '$presence:news'];
    const readers = await Promise.all(range(1, 60).map(() => fixture.join(channels)));
    await fixture.publish('$presence:news', 'join');
    await turn();
    expect(readers.flatMap(({ sink }) => sink.data)).toEqual([]);
    await fixture.publish('news', 'message');
    await turn();
    for (const { sink, connection } of readers) {
      expect(sink.data).toEqual(['join', 'message']);
      expect(connection.cursor).toBe(sink.messages[1]?.id);
    }
  });

  it('goes out behind what a publisher is answered at the end of the turn', async () => {
    await using fixture = new HubFixture();
    const { sink } = await fixture.join(['news']);
    const answered: unknown[] = [];
    const answer = async (): Promise<void> => {
      await fixture.publish('news', 1);
      // As a transport does that answers a turn's frames in one write.
      setImmediate(() => answered.push(...sink.data, 'answered'));
    };
    await answer();
    await turn();
    expect(answered).toEqual(['answered']);
    expect(sink.data).toEqual([1]);
  });

  it('merges several channels in the order of the log', async () => {
    await using fixture = new HubFixture();
    const { sink } = await fixture.join(['a', 'b', 'c']);
    const channels = ['a', 'b', 'c'];
    await Promise.all(range(1, 30).map((n) => fixture.publish(channels[n % 3] as string, n)));
    await turn();
    expect(sink.data).toEqual(range(1, 30));
    expect(sink.writes).toHaveLength(1);
  });

  it('subscribes to the bus once per channel, and lets go after the last reader and the warm time', async () => {
    await using fixture = new HubFixture({ warmMs: 0 });
    const a = await fixture.join(['news']);
    const b = await fixture.join(['news']);
    expect(fixture.bus.subscribed).toEqual(['$forget', 'news']);
    a.connection.close();
    fixture.hub.channelRegistry.sweep();
    expect(fixture.bus.subscribed).toEqual(['$forget', 'news']);
    b.connection.close();
    fixture.hub.channelRegistry.sweep(Date.now() + 1);
    expect(fixture.bus.subscribed).toEqual(['$forget']);
    expect(fixture.hub.stats).toMatchObject({ connections: 0, channels: 0 });
  });

  it('keeps echo:false from the connections of the same client, live and in replay', async () => {
    await using fixture = new HubFixture();
    const start = (await fixture.join(['news'])).cursor;
    const ann = await fixture.join(['news'], undefined, { client: 'ann' });
    const bob = await fixture.join(['news'], undefined, { client: 'bob' });
    await fixture.publish('news', 1);
    await fixture.publish('news', 2, { client: 'ann', echo: false });
    await fixture.publish('news', 3, { client: 'ann' });
    await turn();
    expect(ann.sink.data).toEqual([1, 3]);
    expect(bob.sink.data).toEqual([1, 2, 3]);
    const again = await fixture.join(['news'], { kind: 'after', cursor: start }, { client: 'ann' });
    expect(again.sink.data).toEqual([1, 3]);
  });

  it('takes exactly as many channels as are allowed, and says so beyond', async () => {
    await using fixture = new HubFixture({ maxChannels: 3 });
    const { connection } = await fixture.join(['a', 'b']);
    await connection.subscribe(['a', 'b', 'c'], { kind: 'now' });
    const fourth = connection.subscribe(['d'], { kind: 'now' });
    await expect(fourth).rejects.toEqual(expect.any(CodedError));
    await expect(fourth).rejects.toMatchObject({ code: 'too_many_channels' });
    expect(connection.channels).toEqual(['a', 'b', 'c']);
  });

  it('leaves as many channels at once as are allowed, and says so beyond', async () => {
    await using fixture = new HubFixture({ maxChannels: 3 });
    const { connection } = await fixture.join(['a', 'b']);
    expect(() => connection.unsubscribe(['b', 'c', 'd', 'e'])).toThrow(CodedError);
    expect(connection.channels).toEqual(['a', 'b']);
    connection.unsubscribe(['b', 'c', 'd']);
    expect(connection.channels).toEqual(['a']);
  });

  it('hands over nothing after unsubscribe or close', async () => {
    await using fixture = new HubFixture();
    const { sink, connection } = await fixture.join(['a', 'b']);
    connection.unsubscribe(['a']);
    await fixture.publish('a', 'no');
    await fixture.publish('b', 'yes');
    await turn();
    connection.close();
    await fixture.publish('b', 'no');
    await turn();
    expect(sink.data).toEqual(['yes']);
  });

  it('closes every connection on drain with the given reason', async () => {
    await using fixture = new HubFixture();
    const { sink } = await fixture.join(['a']);
    fixture.hub.drain('going_away');
    expect(sink.closed).toBe('going_away');
    expect(fixture.hub.stats.connections).toBe(0);
  });

  it('hands over on drain what was published in the same turn', async () => {
    await using fixture = new HubFixture();
    const { sink } = await fixture.join(['a']);
    await fixture.publish('a', 1);
    fixture.hub.drain('going_away');
    expect([sink.data, sink.closed]).toEqual([[1], 'going_away']);
  });

  it('collects for the length of the fan-out window, and delivers in one write', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
    await using fixture = new HubFixture({ fanoutWindowMs: 30 });
    const { sink } = await fixture.join(['a']);
    await fixture.publish('a', 1);
    await turn();
    await fixture.publish('a', 2);
    jest.advanceTimersByTime(29);
    expect(sink.writes).toHaveLength(0);
    jest.advanceTimersByTime(1);
    expect([sink.data, sink.writes.length]).toEqual([[1, 2], 1]);
  });

  it('hands over to many readers in one write with what this process is just storing', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
    await using fixture = new HubFixture();
    const sinks = (await Promise.all(range(1, 64).map(() => fixture.join(['a'])))).map(({ sink }) => sink);
    const { promise: asked, resolve: answer } = deferred();
    const append = fixture.bus.append.bind(fixture.bus);
    jest.spyOn(fixture.bus, 'append').mockImplementationOnce((publication) => asked.then(() => append(publication)));

    const second = fixture.publish('a', 2);
    await fixture.publish('a', 1);
    await turn();
    await turn();
    expect(sinks.flatMap(({ writes }) => writes)).toEqual([]);
    answer();
    await second;
    await turn();
    await turn();

    for (const { data, writes } of sinks) expect([data, writes.length]).toEqual([[1, 2], 1]);
  });

  it('gives a sink with a batch limit no more than that at once', async () => {
    await using fixture = new HubFixture();
    const sink = new RecordingSink();
    sink.batchLimit = 2;
    await fixture.join(['a'], undefined, { sink });
    await Promise.all(range(1, 5).map((n) => fixture.publish('a', n)));
    await sink.received(5);
    expect(sink.data).toEqual(range(1, 5));
    expect(Math.max(...sink.writes.map((write) => write.toString().trimEnd().split('\n').length))).toBe(2);
  });
});

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
