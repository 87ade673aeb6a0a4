import { pollUntil, Progress, until, watchProgress } from '../src';

const IDLE_MS = 100;

describe('watchProgress', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('calls once when nothing has moved for so long, counted from the last step', () => {
    let steps = 0;
    const onIdle = jest.fn();
    watchProgress(() => steps, onIdle, IDLE_MS);

    for (; steps < 20; steps++) jest.advanceTimersByTime(IDLE_MS - 10);
    expect(onIdle).not.toHaveBeenCalled();
    jest.advanceTimersByTime(3 * IDLE_MS);

    expect(onIdle).toHaveBeenCalledTimes(1);
  });

  it('calls no more when it was ended', () => {
    const onIdle = jest.fn();
    watchProgress(() => 0, onIdle, IDLE_MS)();

    jest.advanceTimersByTime(3 * IDLE_MS);

    expect(onIdle).not.toHaveBeenCalled();
  });
});

it('does not take a process that did not run for an idle one', async () => {
  let steps = 0;
  const onIdle = jest.fn();
  const endWatch = watchProgress(() => steps, onIdle, IDLE_MS);

  const end = Date.now() + 3 * IDLE_MS;
  while (Date.now() < end);
  await new Promise((resolve) => setImmediate(resolve));
  steps++;
  endWatch();

  expect(onIdle).not.toHaveBeenCalled();
});

describe('Progress', () => {
  it('resolves with the step that makes it so', async () => {
    const progress = new Progress();
    let count = 0;
    const waiting = progress.until(
      () => count === 2,
      () => 'two',
    );
    while (count < 2) {
      count++;
      progress.moved();
    }

    await expect(waiting).resolves.toBeUndefined();
  });

  it('rejects with what is missing when no step comes', async () => {
    const waiting = new Progress().until(
      () => false,
      () => 'the answer is missing',
      5,
    );
    await expect(waiting).rejects.toThrow('nothing moved for 5 ms: the answer is missing');
  });
});

describe('pollUntil', () => {
  it('resolves to what was wanted', async () => {
    let count = 0;
    expect(
      await pollUntil(
        () => Promise.resolve(++count),
        (seen) => seen === 5,
      ),
    ).toBe(5);
  });

  it('rejects with what it sees when that does not change, or when it is not shown anything', async () => {
    const never = (): boolean => false;
    await expect(pollUntil(() => ['old worker'], never, 20)).rejects.toThrow(
      'nothing changed for 20 ms: what is seen is ["old worker"]',
    );
    await expect(pollUntil(() => new Promise<void>(() => undefined), never, 20)).rejects.toThrow(
      'what is seen is nothing',
    );
  });
});

describe('until', () => {
  it('resolves once it is so, and rejects with what is not', async () => {
    let isSo = false;
    setImmediate(() => {
      isSo = true;
    });
    await until(() => isSo);

    await expect(until(() => !isSo, 20)).rejects.toThrow('nothing moved for 20 ms: it is not so that ()');
  });
});
