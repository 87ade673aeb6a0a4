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

/** Has these clocks go on only when the test says so: however slow the machine, a limit of time is met to the millisecond. */
function stop(...clocks: (typeof ALL)[number][]): void {
  jest.useFakeTimers({ doNotFake: ALL.filter((name) => !clocks.includes(name)) });
}

/** The clock by which rates are measured; `jest.advanceTimersByTime` turns it. */
export const stopRateClock = (): void => stop('performance');

/** The time of day, by which messages and tokens grow old; `jest.setSystemTime` sets it. */
export const stopTimeOfDay = (): void => stop('Date');

/** The same, and the timers that look for what is to be forgotten; requests take real time. */
export const stopTimeAndForgetting = (): void => stop('Date', 'setInterval', 'clearInterval');
