import type { Runtime } from '@tetracast/node-io/runtime';
import type { FastifyBaseLogger } from 'fastify';

/** The signals that stop a process: from a service manager, Ctrl-C in a terminal, and the end of a terminal. */
export const STOP_SIGNALS: readonly ('SIGTERM' | 'SIGINT' | 'SIGHUP')[] = ['SIGTERM', 'SIGINT', 'SIGHUP'];

/** Signals within this time, in ms, are one request to stop: npm repeats the Ctrl-C that the terminal has already sent. */
const ONE_REQUEST_MS = 1000;

/** Calls `stop` on the first stop signal. One after `ONE_REQUEST_MS` ends the process at once, with exit code 1. */
export function onStopSignal(
  runtime: Pick<Runtime, 'monotonicMs'>,
  log: Pick<FastifyBaseLogger, 'error'>,
  stop: () => void,
): void {
  let firstAt: number | undefined;
  for (const signal of STOP_SIGNALS) {
    process.on(signal, () => {
      if (firstAt === undefined) {
        firstAt = runtime.monotonicMs();
        stop();
      } else if (runtime.monotonicMs() - firstAt >= ONE_REQUEST_MS) {
        log.error(`second ${signal}, exiting`);
        process.exit(1);
      }
    });
  }
}
