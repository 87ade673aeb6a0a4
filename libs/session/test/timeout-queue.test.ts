import { nodeRuntime } from '@tetracast/node-io/runtime';
import { TimeoutQueue } from '../src/timeout-queue';

const TICK_MS = 50;

describe('TimeoutQueue', () => {
  const reached: string[] = [];
  const create = (): TimeoutQueue<string> =>
    new TimeoutQueue(nodeRuntime, TICK_MS, (member: string) => reached.push(member));

  beforeEach(() => {
    reached.length = 0;
    jest.useFakeTimers();
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it.each([1, 49, 50, 51, 1000, 55_000])('are reached not before %i ms, and at most two ticks later', (waitMs) => {
    const timeouts = create();
    jest.advanceTimersByTime(17);
    timeouts.add('a', waitMs);

    jest.advanceTimersByTime(waitMs - 1);
    expect(reached).toEqual([]);
    jest.advanceTimersByTime(2 * TICK_MS + 1);
    expect(reached).toEqual(['a']);
  });

  it('are reached when they are due at once, at the very tick', () => {
    const timeouts = create();
    jest.advanceTimersByTime(TICK_MS - (performance.now() % TICK_MS));
    timeouts.add('a', 0);

    jest.advanceTimersByTime(2 * TICK_MS);
    expect(reached).toEqual(['a']);
  });

  it('are reached in their order, by one timer, however many there are', () => {
    const timeouts = create();
    for (let number = 20; number > 0; number--) timeouts.add(`${number}`, number * TICK_MS);

    expect(jest.getTimerCount()).toBe(1);
    jest.advanceTimersByTime(22 * TICK_MS);
    expect(reached).toEqual(Array.from({ length: 20 }, (_, index) => `${index + 1}`));
  });

  it('need no timer when there is none', () => {
    const timeouts = create();
    expect(jest.getTimerCount()).toBe(0);

    const first = timeouts.add('a', 100);
    const second = timeouts.add('b', 200);
    timeouts.remove('a', first);
    expect(jest.getTimerCount()).toBe(1);
    timeouts.remove('b', second);
    expect(jest.getTimerCount()).toBe(0);

    timeouts.add('c', 100);
    jest.advanceTimersByTime(200);
    expect(reached).toEqual(['c']);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('that were removed are not reached, and may be removed again', () => {
    const timeouts = create();
    const due = timeouts.add('a', 100);
    timeouts.add('b', 100);

    timeouts.remove('a', due);
    timeouts.remove('a', due);
    jest.advanceTimersByTime(200);
    timeouts.remove('b', due);

    expect(reached).toEqual(['b']);
  });

  it('may be added by one that is reached', () => {
    const timeouts = new TimeoutQueue<string>(nodeRuntime, TICK_MS, (member) => {
      reached.push(member);
      if (member === 'a') timeouts.add('b', 100);
    });
    timeouts.add('a', 100);

    jest.advanceTimersByTime(400);

    expect(reached).toEqual(['a', 'b']);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('that passed while the process was busy are all reached', () => {
    const timeouts = create();
    timeouts.add('a', 100);
    timeouts.add('b', 300);
    timeouts.add('c', 1000);

    // The clock goes on, the timer comes once.
    jest.setSystemTime(Date.now() + 500);
    jest.advanceTimersByTime(500);

    expect(reached).toEqual(['a', 'b']);
  });
});
