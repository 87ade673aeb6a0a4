import type { Runtime } from '@tetracast/node-io/runtime';
import type { FastifyBaseLogger } from 'fastify';

/** What asks a process to stop: a service manager, a terminal's Ctrl-C, a terminal that is closed. */
export const STOP_SIGNALS: readonly ('SIGTERM' | 'SIGINT' | 'SIGHUP')[] = ['SIGTERM', 'SIGINT', 'SIGHUP'];

/** Within this time, in ms, signals are one request: npm sends its child the Ctrl-C that the terminal has sent it already. */
const ONE_REQUEST_MS = 1000;

/** Calls `stop` on the first stop signal. One after `ONE_REQUEST_MS` ends the process at once, with exit code 1. */
export function onStopSignal(
  runtime: Pick<Runtime, 'monotonicMs'>,
  log: Pick<FastifyBaseLogger, 'error'>,
  stop: () => void,
): void {
  let askedAt: number | undefined;
  for (const signal of STOP_SIGNALS) {
    process.on(signal, () => {
      if (askedAt === undefined) {
        askedAt = runtime.monotonicMs();
        stop();
      } else if (runtime.monotonicMs() - askedAt >= ONE_REQUEST_MS) {
        log.error(`second ${signal}, exiting`);
        process.exit(1);
      }
    });
  }
}
