import { setTimeout as delay } from 'node:timers/promises';
import { type Bus, CHECK_OK } from '../src';

const POLL_MS = 20;

/** Resolves once `bus` can do all it has to. */
export async function ready(bus: Bus): Promise<void> {
  while (Object.values(await bus.check()).some((found) => found !== CHECK_OK)) await delay(POLL_MS);
}

/** Resolves once the check of `bus` gives a reason like this. */
export async function expectReason(bus: Bus, reason: RegExp): Promise<void> {
  while (!Object.values(await bus.check()).some((found) => reason.test(String(found)))) await delay(POLL_MS);
}
