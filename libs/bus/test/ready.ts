import { setTimeout as delay } from 'node:timers/promises';
import { type Bus, CHECK_OK } from '../src';

const POLL_MS = 20;

/** Resolves once `bus` can do all it has to. */
export async function ready(bus: Bus): Promise<void> {
  while (Object.values(await bus.check()).some((found) => found !== CHECK_OK)) await delay(POLL_MS);
}
