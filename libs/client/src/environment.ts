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

/** Rejects after `ms`. It keeps no process alive. */
export const expire = (ms: number): Promise<never> =>
  new Promise((_resolve, reject) => {
    const signal = AbortSignal.timeout(ms);
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

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
  readonly navigator: { readonly locks?: LockManagerLike };
  readonly performance: { getEntries(): readonly { readonly name: string; readonly nextHopProtocol: string }[] };
  readonly addEventListener?: (event: string, listener: () => void, options: { readonly signal: AbortSignal }) => void;
};

/** What this package uses of the Web Locks API. */
export interface LockManagerLike {
  request(name: string, options: { readonly signal?: AbortSignal }, hold: () => Promise<void>): Promise<unknown>;
}

/**
 * All tabs together have six connections to a server of HTTP/1.1. They could share one here, and nothing shows that the server speaks
 * a newer version: the browser says that of what it has loaded, other origins only if they allow it.
 */
export const isCrowded = (url: string): boolean | undefined =>
  page.location &&
  page.navigator.locks &&
  !page.performance
    .getEntries()
    .some(
      ({ name, nextHopProtocol }) =>
        name.startsWith(new URL(url, page.location?.origin).origin) && /^h[23]/.test(nextHopProtocol),
    );

/** The page is in the background, where the browser slows its timers down. */
export const isHidden = (): boolean | undefined => page.document?.hidden;
