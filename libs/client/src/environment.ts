/** Clocks, timers, randomness and the events of the page, as all other code of this package uses them. */
export interface Environment {
  /** The time of day, in ms since 1970. */
  readonly now: () => number;
  /** A number from 0 (inclusive) to 1. */
  random(): number;
  /** A key that no other client makes up. */
  createKey(): string;
  setTimeout(task: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  /** The page is in the background, where the browser slows its timers down. */
  isHidden(): boolean;
  /** Calls `listener` at each of these events of the window; does nothing where there is no window. Returns the way to stop. */
  readonly onWindow: (event: string, listener: (event: { readonly persisted?: boolean }) => void) => () => void;
}

interface WindowLike {
  readonly document?: { readonly hidden: boolean };
  addEventListener?(event: string, listener: unknown): void;
  removeEventListener?(event: string, listener: unknown): void;
}

/** The environment of this page, worker or process. */
export const environment: Environment = {
  now: () => Date.now(),
  random: () => Math.random(),
  // `crypto.randomUUID` exists in secure contexts only.
  createKey: () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join(''),
  setTimeout: (task, ms) => setTimeout(task, ms),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
  isHidden: () => (globalThis as WindowLike).document?.hidden === true,
  onWindow: (event, listener) => {
    const page = globalThis as WindowLike;
    page.addEventListener?.(event, listener);
    return () => page.removeEventListener?.(event, listener);
  },
};

/** Resolves after `ms`, or as soon as `signal` is aborted. */
export function sleep(env: Environment, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      env.clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = env.setTimeout(end, ms);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}
