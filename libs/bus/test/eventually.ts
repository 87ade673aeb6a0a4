import { setTimeout as delay } from 'node:timers/promises';
import { BusUnavailableError } from '../src';

const POLL_MS = 20;

/** What `attempt` resolves to, once the bus is no longer unavailable for it. */
export async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof BusUnavailableError)) throw error;
      await delay(POLL_MS);
    }
  }
}
