import { randomFillSync } from 'node:crypto';

/**
 * Clocks, timers and randomness as all code above `node-io` uses them, so that the same code can run in a simulated world.
 * {@link nodeRuntime} is the real one.
 */
export interface Runtime {
  /** The time of day, in ms since 1970; it may jump. */
  now(): number;
  /** A clock in ms that never goes back. */
  monotonicMs(): number;
  /** A number from 0 (inclusive) to 1, not for secrets. */
  random(): number;
  /** Fills `bytes` with random bytes that cannot be guessed. */
  fillRandom(bytes: Uint8Array): void;
  setTimeout(task: () => void, ms: number): NodeJS.Timeout;
  clearTimeout(timer: NodeJS.Timeout | undefined): void;
  setInterval(task: () => void, ms: number): NodeJS.Timeout;
  clearInterval(timer: NodeJS.Timeout | undefined): void;
  setImmediate(task: () => void): NodeJS.Immediate;
  clearImmediate(immediate: NodeJS.Immediate | undefined): void;
}

/** The clocks, timers and randomness of this process. Each call looks up the global, so that tests can replace it. */
export const nodeRuntime: Runtime = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  random: () => Math.random(),
  fillRandom: (bytes) => {
    randomFillSync(bytes);
  },
  setTimeout: (task, ms) => setTimeout(task, ms),
  clearTimeout: (timer) => {
    clearTimeout(timer);
  },
  setInterval: (task, ms) => setInterval(task, ms),
  clearInterval: (timer) => {
    clearInterval(timer);
  },
  setImmediate: (task) => setImmediate(task),
  clearImmediate: (immediate) => {
    clearImmediate(immediate);
  },
};

/** Random bytes as text that cannot be guessed. */
export function randomText(
  runtime: Pick<Runtime, 'fillRandom'>,
  bytes: number,
  encoding: 'base64url' | 'hex' = 'base64url',
): string {
  const random = Buffer.allocUnsafe(bytes);
  runtime.fillRandom(random);
  return random.toString(encoding);
}

/**
 * How long to wait after so many failures in a row, in ms: doubles from `firstMs` to `maxMs`. Half of it is random, since many
 * processes lose one server at the same moment.
 *
 * @param failures 1 after the first
 */
export function backOffMs(
  { random }: Pick<Runtime, 'random'>,
  failures: number,
  firstMs: number,
  maxMs: number,
): number {
  const ceiling = Math.min(maxMs, firstMs * 2 ** Math.min(failures - 1, 20));
  return Math.round((ceiling * (1 + random())) / 2);
}
