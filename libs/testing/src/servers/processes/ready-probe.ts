import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { IDLE_LIMIT_MS, watchProgress } from '../../progress/index';
import type { ManagedProcess } from './managed-process';

/** Resolves when the server is ready; stops trying when `signal` aborts. */
export type ReadyProbe = (signal: AbortSignal) => Promise<void>;

const PROBE_INTERVAL_MS = 20;

/**
 * Resolves once `probe` does; rejects, with the output, as soon as the program ends before that or
 * has said nothing more for `idleMs`. A program that did not become ready is killed.
 */
export async function becomeReady(
  process: ManagedProcess,
  probe: ReadyProbe,
  { idleMs = IDLE_LIMIT_MS, output = () => process.output() }: { idleMs?: number; output?: () => string } = {},
): Promise<void> {
  const over = new AbortController();
  const failed = (what: string): Error => new Error(`${process.command} ${what}. Its output:\n${output().trim()}`);
  let endWatch = (): void => undefined;
  try {
    await Promise.race([
      probe(over.signal),
      process.exited.then(({ code, signal }) => {
        throw failed(`ended before it was ready (${signal ?? `exit code ${code}`})`);
      }),
      new Promise<never>((_, reject) => {
        const giveUp = (): void => reject(failed(`is not ready and has said nothing more for ${idleMs} ms`));
        endWatch = watchProgress(output, giveUp, idleMs);
      }),
    ]);
  } catch (error) {
    await process.kill();
    throw error;
  } finally {
    endWatch();
    over.abort();
  }
}

/** Ready when a connection to `port` of 127.0.0.1 is accepted. */
export function accepts(port: number): ReadyProbe {
  return (signal) =>
    tryUntil(
      signal,
      () =>
        new Promise((resolve) => {
          const socket = connect({ port, host: '127.0.0.1' });
          socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
          socket.once('connect', () => socket.destroy());
        }),
    );
}

/** Ready when `url` answers 200. */
export function answers(url: string): ReadyProbe {
  return (signal) =>
    tryUntil(signal, async () => {
      const response = await fetch(url, { signal });
      await response.body?.cancel();
      return response.status === 200;
    });
}

async function tryUntil(signal: AbortSignal, attempt: () => Promise<boolean>): Promise<void> {
  while (!signal.aborted) {
    if (await attempt().catch(() => false)) return;
    await delay(PROBE_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
  }
}
