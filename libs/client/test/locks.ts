import type { LockManagerLike } from '../src/tabs';

/** The Web Locks of one origin, as far as this package uses them. */
export function createLocks(): LockManagerLike {
  const last = new Map<string, Promise<unknown>>();
  return {
    request: (name, { signal }, hold) => {
      const before = last.get(name) ?? Promise.resolve();
      const held = before.then(() => (signal?.aborted === true ? Promise.reject(new Error('aborted')) : hold()));
      last.set(
        name,
        held.catch(() => undefined),
      );
      return held;
    },
  };
}
