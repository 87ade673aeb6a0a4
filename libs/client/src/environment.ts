import type { WebSocketConstructor } from './links/link';

/** The only file that uses clocks, timers, randomness and the events of the page. */

/** The time of day, in ms since 1970. */
export const now = (): number => Date.now();

/** A number from 0 (inclusive) to 1. */
export const random = (): number => Math.random();

/** A key that no other client makes up. `crypto.randomUUID` exists in secure contexts only. */
export const createKey = (): string => crypto.getRandomValues(new Uint32Array(4)).join('-');

/** Calls `task` after `ms`. Returns the way to cancel that. */
export function later(ms: number, task: () => void): () => void {
  const timer = setTimeout(task, ms);
  return () => clearTimeout(timer);
}

/** Makes what a callback of the program throws an uncaught error of it, which does not disturb this package. */
export function raise(error: unknown): void {
  later(0, () => {
    throw error;
  });
}

/** Calls a callback of the program. */
export function call<A>(callback: ((argument: A) => void) | undefined, argument: A): void {
  try {
    callback?.(argument);
  } catch (error) {
    raise(error);
  }
}

/** Resolves after `ms`, or as soon as `signal` is aborted. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = later(ms, end);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}

/** What a page has, and a process or a worker may lack. */
export const page = globalThis as unknown as {
  readonly fetch: typeof fetch;
  readonly WebSocket: WebSocketConstructor | undefined;
  readonly location?: { readonly origin: string };
  readonly document?: { readonly hidden: boolean };
  readonly addEventListener?: (event: string, listener: () => void, options: { readonly signal: AbortSignal }) => void;
};

/** The page is in the background, where the browser slows its timers down. */
export const isHidden = (): boolean | undefined => page.document?.hidden;
