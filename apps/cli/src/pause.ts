import type { Io } from './io';

/** Resolves after `ms`, or at once at Ctrl-C. */
export function pause({ runtime, signal }: Io, ms: number): Promise<void> {
  if (ms <= 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      runtime.clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = runtime.setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
