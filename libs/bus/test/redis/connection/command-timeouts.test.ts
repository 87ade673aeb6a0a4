import { nodeRuntime } from '@tetracast/node-io/runtime';
import { setTimeout as delay } from 'node:timers/promises';
import { CommandTimeouts } from '../../../src/redis/connection/command-timeouts';

const never = new Promise<never>(() => undefined);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Whether each has come to its end, a turn of the event loop later. */
async function settled(...promises: readonly Promise<unknown>[]): Promise<boolean[]> {
  const ends = promises.map(() => false);
  promises.forEach((promise, index) => void promise.catch(() => undefined).then(() => (ends[index] = true)));
  await turn();
  return ends;
}

describe('on a clock of the test', () => {
  beforeEach(() => jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] }));
  afterEach(() => jest.useRealTimers());

  it('gives up after the time, and at the latest a tenth later', async () => {
    const timeouts = new CommandTimeouts(2000, nodeRuntime);
    const first = timeouts.within(never);
    jest.advanceTimersByTime(99);
    const second = timeouts.within(never);

    jest.advanceTimersByTime(1901);
    expect(await settled(first, second)).toEqual([false, false]);
    jest.advanceTimersByTime(200);
    expect(await settled(first, second)).toEqual([true, true]);
    await expect(first).rejects.toThrow('no answer within 2000 ms');
  });

  it('never gives up before the time', async () => {
    const timeouts = new CommandTimeouts(2000, nodeRuntime);
    const other = timeouts.within(never);
    jest.advanceTimersByTime(99);
    const late = timeouts.within(never);

    jest.advanceTimersByTime(1999);
    expect(await settled(late)).toEqual([false]);
    jest.advanceTimersByTime(200);
    expect(await settled(other, late)).toEqual([true, true]);
  });

  it('takes what comes in with the very tick that would give it up', async () => {
    const timeouts = new CommandTimeouts(2000, nodeRuntime);
    let answer: (value: number) => void = () => undefined;
    const answered = timeouts.within(new Promise<number>((resolve) => (answer = resolve)));

    jest.advanceTimersByTime(2100);
    answer(7);

    await expect(answered).resolves.toBe(7);
  });

  it('becomes what the answer becomes', async () => {
    const timeouts = new CommandTimeouts(2000, nodeRuntime);

    await expect(timeouts.within(Promise.resolve(7))).resolves.toBe(7);
    await expect(timeouts.within(Promise.reject(new Error('refused')))).rejects.toThrow('refused');
  });

  it('has a timer only while something is waited for', async () => {
    const timeouts = new CommandTimeouts(2000, nodeRuntime);
    expect(jest.getTimerCount()).toBe(0);
    await Promise.all([timeouts.within(turn()), timeouts.within(turn())]);
    expect(jest.getTimerCount()).toBe(1);
    jest.advanceTimersByTime(100);
    expect(jest.getTimerCount()).toBe(0);

    const again = timeouts.within(never);
    jest.advanceTimersByTime(2100);
    await expect(again).rejects.toThrow('no answer');
  });
});

it('takes a hold-up of the process for one tick, and what came in meanwhile for in time', async () => {
  const timeouts = new CommandTimeouts(100, nodeRuntime);
  const answer = delay(20);
  const answered = timeouts.within(answer);
  for (const until = Date.now() + 300; Date.now() < until;);

  await expect(answered).resolves.toBeUndefined();
});
