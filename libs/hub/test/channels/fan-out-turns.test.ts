import { nodeRuntime } from '@tetracast/node-io/runtime';
import type { Channel } from '../../src/channels/channel';
import { FanOut } from '../../src/channels/fan-out';

describe('the turns of a fan-out', () => {
  const forward = jest.fn();
  const many = 64;

  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
    forward.mockClear();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  /** To this many readers of a channel; the first one reports. */
  const fanOut = (
    readers: number,
    windowMs = 0,
    isCompanion = false,
  ): { readonly to: FanOut; readonly channel: Channel } => {
    const subscriptions = Array.from({ length: readers }, (_, i) => ({
      connection: { sink: {}, forward: i === 0 ? forward : ignore },
    }));
    const channel = {
      ...{ subscriptions: new Set(subscriptions), window: { endTurn: ignore }, isCompanion, deliveryMs: 0 },
    } as unknown as Channel;
    return { to: new FanOut(windowMs, nodeRuntime), channel };
  };

  it('is once a turn, however much has changed', async () => {
    const { to, channel } = fanOut(many);
    to.add(channel);
    to.add(channel);
    expect(forward).not.toHaveBeenCalled();

    await turnsOver();

    expect(forward).toHaveBeenCalledTimes(1);
  });

  it('comes behind what the turn answers', async () => {
    const { to, channel } = fanOut(many);
    to.add(channel);
    const answered = jest.fn();
    void inPromises(10, answered);

    await turnsOver();

    expect(answered.mock.invocationCallOrder[0]).toBeLessThan(forward.mock.invocationCallOrder[0] as number);
  });

  it('waits for the answers to what is being stored, and not for what is stored later', async () => {
    const { to, channel } = fanOut(many);
    to.appendSent();
    to.appendSent();
    to.add(channel);
    await turnsOver();
    to.appendSent();
    to.appendAnswered();
    await turnsOver();
    expect(forward).not.toHaveBeenCalled();

    to.appendAnswered();
    await turnsOver();

    expect(forward).toHaveBeenCalledTimes(1);
    jest.advanceTimersByTime(1);
    expect(forward).toHaveBeenCalledTimes(1);
  });

  it('waits for an answer no longer than a millisecond', async () => {
    const { to, channel } = fanOut(many);
    to.appendSent();
    to.add(channel);
    await turnsOver();

    jest.advanceTimersByTime(1);

    expect(forward).toHaveBeenCalledTimes(1);
    to.appendAnswered();
    await turnsOver();
    expect(forward).toHaveBeenCalledTimes(1);
  });

  it('does not wait for an answer that came in the same turn', async () => {
    const { to, channel } = fanOut(many);
    to.appendSent();
    to.add(channel);
    await Promise.resolve();
    to.appendAnswered();

    await turnsOver();

    expect(forward).toHaveBeenCalledTimes(1);
  });

  it('does not wait where there are few readers', async () => {
    const { to, channel } = fanOut(many - 1);
    to.appendSent();
    to.add(channel);

    await turnsOver();

    expect(forward).toHaveBeenCalledTimes(1);
  });

  it('hands over to each reader once, however many there are', () => {
    const { to, channel } = fanOut(100);
    const readers = [...channel.subscriptions].map((subscription) => jest.spyOn(subscription.connection, 'forward'));
    to.add(channel);

    to.flush();

    for (const reader of readers) expect(reader).toHaveBeenCalledTimes(1);
  });

  it('goes on after each', async () => {
    const { to, channel } = fanOut(many);
    to.add(channel);
    await turnsOver();
    to.add(channel);
    await turnsOver();

    expect(forward).toHaveBeenCalledTimes(2);
  });

  describe('of joins and leaves', () => {
    /** As many readers as make it wait for 20 ms. */
    const collecting = (): ReturnType<typeof fanOut> => fanOut(1000, 0, true);

    it('comes after a time that grows with their readers, once for all that came meanwhile', async () => {
      const { to, channel } = collecting();
      to.add(channel);
      await turnsOver();
      jest.advanceTimersByTime(19);
      to.add(channel);
      await turnsOver();
      expect(forward).not.toHaveBeenCalled();

      jest.advanceTimersByTime(1);
      expect(forward).toHaveBeenCalledTimes(1);
      jest.advanceTimersByTime(1000);
      expect(forward).toHaveBeenCalledTimes(1);
    });

    it('comes later when the last one took long', async () => {
      const { to, channel } = collecting();
      to.add(channel);
      channel.deliveryMs = 50;
      jest.advanceTimersByTime(20);
      expect(forward).toHaveBeenCalledTimes(1);
      expect(channel.deliveryMs).toBe(0);

      channel.deliveryMs = 50;
      to.add(channel);
      await turnsOver();
      jest.advanceTimersByTime(199);
      expect(forward).toHaveBeenCalledTimes(1);
      jest.advanceTimersByTime(1);
      expect(forward).toHaveBeenCalledTimes(2);
    });

    it('comes at once when they are so many that a window would leave its readers behind', () => {
      const { to, channel } = collecting();
      for (let joins = 1; joins < 192; joins++) to.add(channel);
      expect(forward).not.toHaveBeenCalled();
      to.add(channel);
      expect(forward).toHaveBeenCalledTimes(1);
      jest.advanceTimersByTime(1000);
      expect(forward).toHaveBeenCalledTimes(1);
    });

    it('comes at the end of the turn where there are few readers', async () => {
      const { to, channel } = fanOut(49, 0, true);
      to.add(channel);
      await turnsOver();
      expect(forward).toHaveBeenCalledTimes(1);
    });

    it('comes before a drain', () => {
      const { to, channel } = collecting();
      to.add(channel);
      to.flush();
      expect(forward).toHaveBeenCalledTimes(1);
      jest.advanceTimersByTime(1000);
      expect(forward).toHaveBeenCalledTimes(1);
    });
  });

  it('is that of the window where there is one', async () => {
    const { to, channel } = fanOut(many, 20);
    to.appendSent();
    to.add(channel);
    await turnsOver();
    jest.advanceTimersByTime(19);
    expect(forward).not.toHaveBeenCalled();

    jest.advanceTimersByTime(1);

    expect(forward).toHaveBeenCalledTimes(1);
  });
});

function ignore(): void {
  // Nothing to hand over.
}

async function inPromises(count: number, task: () => void): Promise<void> {
  for (let i = 0; i < count; i++) await Promise.resolve();
  task();
}

/** The task is two phases away at the most: behind the next ticks, then behind the immediates that were there before. */
async function turnsOver(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
}
