/// <reference types="jest" />
const ALL = [
  'Date',
  'cancelAnimationFrame',
  'cancelIdleCallback',
  'clearImmediate',
  'clearInterval',
  'clearTimeout',
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'requestAnimationFrame',
  'requestIdleCallback',
  'setImmediate',
  'setInterval',
  'setTimeout',
] as const;

type Clock = (typeof ALL)[number];

/** Moves these clocks only when the test says so: however slow the machine, a time limit is met to the millisecond. */
function stop(...clocks: Clock[]): void {
  jest.useFakeTimers({ doNotFake: allBut(clocks) });
}

const allBut = (clocks: readonly Clock[]): Clock[] => ALL.filter((name) => !clocks.includes(name));

/** Stops the clock that measures rates; `jest.advanceTimersByTime` moves it. */
export const stopRateClock = (): void => stop('performance');

/** Stops the time of day, by which messages and tokens expire; `jest.setSystemTime` sets it. Timers and requests stay real. */
export const stopTimeOfDay = (): void => stop('Date');

/** Stops the time of day and the intervals that remove what has expired; requests take real time. */
export const stopTimeAndIntervals = (): void => stop('Date', 'setInterval', 'clearInterval');

/**
 * Lets a test skip time: the clocks and intervals run on by themselves, and `jest.advanceTimersByTime` moves them ahead.
 * `setTimeout` and requests take real time.
 */
export const makeTimeSkippable = (): void => {
  const doNotFake = allBut(['Date', 'performance', 'setInterval', 'clearInterval']);
  jest.useFakeTimers({ advanceTimers: true, doNotFake });
};
