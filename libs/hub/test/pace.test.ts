import { Pace } from '../src/pace';

describe('the pace of a fan-out', () => {
  const flush = jest.fn();
  const many = 64;

  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
    flush.mockClear();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const pace = (readers: number, windowMs = 0): Pace => new Pace(windowMs, flush, () => readers);

  it('is once a turn, however much has changed', async () => {
    const to = pace(many);
    to.schedule();
    to.schedule();
    expect(flush).not.toHaveBeenCalled();

    await turnsOver();

    expect(flush).toHaveBeenCalledTimes(1);
  });

  it('comes behind what the turn answers', async () => {
    pace(many).schedule();
    const answered = jest.fn();
    void inPromises(10, answered);

    await turnsOver();

    expect(answered.mock.invocationCallOrder[0]).toBeLessThan(flush.mock.invocationCallOrder[0] as number);
  });

  it('waits for the answers to what is being stored, and not for what is stored later', async () => {
    const to = pace(many);
    to.appendSent();
    to.appendSent();
    to.schedule();
    await turnsOver();
    to.appendSent();
    to.appendAnswered();
    await turnsOver();
    expect(flush).not.toHaveBeenCalled();

    to.appendAnswered();
    await turnsOver();

    expect(flush).toHaveBeenCalledTimes(1);
    jest.advanceTimersByTime(1);
    expect(flush).toHaveBeenCalledTimes(1);
  });

  it('waits for an answer no longer than a millisecond', async () => {
    const to = pace(many);
    to.appendSent();
    to.schedule();
    await turnsOver();

    jest.advanceTimersByTime(1);

    expect(flush).toHaveBeenCalledTimes(1);
    to.appendAnswered();
    await turnsOver();
    expect(flush).toHaveBeenCalledTimes(1);
  });

  it('does not wait for an answer that came in the same turn', async () => {
    const to = pace(many);
    to.appendSent();
    to.schedule();
    await Promise.resolve();
    to.appendAnswered();

    await turnsOver();

    expect(flush).toHaveBeenCalledTimes(1);
  });

  it('does not wait where there are few readers', async () => {
    const to = pace(many - 1);
    to.appendSent();
    to.schedule();

    await turnsOver();

    expect(flush).toHaveBeenCalledTimes(1);
  });

  it('goes on after each', async () => {
    const to = pace(many);
    to.schedule();
    await turnsOver();
    to.schedule();
    await turnsOver();

    expect(flush).toHaveBeenCalledTimes(2);
  });

  it('is that of the window where there is one', async () => {
    const to = pace(many, 20);
    to.appendSent();
    to.schedule();
    await turnsOver();
    jest.advanceTimersByTime(19);
    expect(flush).not.toHaveBeenCalled();

    jest.advanceTimersByTime(1);

    expect(flush).toHaveBeenCalledTimes(1);
  });
});

async function inPromises(count: number, task: () => void): Promise<void> {
  for (let i = 0; i < count; i++) await Promise.resolve();
  task();
}

/** The task is two phases away at the most: behind the next ticks, then behind the immediates that were there before. */
async function turnsOver(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
}
