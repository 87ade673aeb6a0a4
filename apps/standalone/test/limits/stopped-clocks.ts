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

/** Has this clock go on only when the test says so: however slow the machine, a limit of time is met to the millisecond. */
function stop(clock: (typeof ALL)[number]): void {
  jest.useFakeTimers({ doNotFake: ALL.filter((name) => name !== clock) });
}

/** The clock by which rates are measured; `jest.advanceTimersByTime` turns it. */
export const stopRateClock = (): void => stop('performance');

/** The time of day, by which messages and tokens grow old; `jest.setSystemTime` sets it. */
export const stopTimeOfDay = (): void => stop('Date');
