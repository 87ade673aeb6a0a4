import { once, type EventEmitter } from 'node:events';

// Shorter than a test may take: what is open is closed again by a test that fails.
export const ARRIVAL_MS = 8_000;

/** What the next `event` carries; rejects when it does not come. */
export function arrival(emitter: EventEmitter, event: string): Promise<unknown[]> {
  return once(emitter, event, { signal: AbortSignal.timeout(ARRIVAL_MS) }) as Promise<unknown[]>;
}
