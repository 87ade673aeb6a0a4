import { IDLE_LIMIT_MS } from '@tetracast/testing';
import { once, type EventEmitter } from 'node:events';

/** What the next `event` carries; rejects when it does not come. */
export function arrival(emitter: EventEmitter, event: string): Promise<unknown[]> {
  return once(emitter, event, { signal: AbortSignal.timeout(IDLE_LIMIT_MS) }) as Promise<unknown[]>;
}
