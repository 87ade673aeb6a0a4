import closeWithGrace from 'close-with-grace';
import type { Runtime } from '@tetracast/node-io/runtime';
import fastify from 'fastify';
import { createServerOptions } from '../http/server-options';
import type { Settings } from '../settings/settings';
import { describeAccess, warnOfMisspeltSettings } from '../start-log';
import { onStopSignal, STOP_SIGNALS } from '../stop-signals';
import { WorkerPool } from './worker-pool';

/** Time after which a worker that does not stop by itself is killed, beyond its own limit, in ms. */
const STOP_MARGIN_MS = 1000;

export interface WorkerOptions {
  /** The file that each worker runs. */
  readonly entryFile: string;
  /** How long a worker may take to stop, in ms. */
  readonly workerStopMs: number;
  readonly runtime: Runtime;
}

/**
 * The primary process of a service with several workers: starts, replaces and stops them. In Node's cluster it listens, and gives
 * the connections to the workers in turn; it serves none itself. Calls `ready` with the address once all workers serve.
 */
export function runWorkers(
  settings: Settings,
  { entryFile, workerStopMs, runtime }: WorkerOptions,
  ready: (url: string) => void,
): void {
  // Only for its logger, which is then the same as that of the workers.
  const { log } = fastify(createServerOptions(settings, true));
  warnOfMisspeltSettings(log);
  const stopMs = workerStopMs + STOP_MARGIN_MS;
  const pool = new WorkerPool(settings.workers, entryFile, log, runtime, {
    ready: (url) => {
      log.info(`Server listening at ${url} with ${settings.workers} workers`);
      ready(url);
      log.info(describeAccess(settings));
    },
    failed: (reason) => {
      process.stderr.write(`${reason}\n`);
      void pool.stop(stopMs).then(() => process.exit(1));
    },
  });
  // The pool kills the workers that have not stopped after `stopMs`.
  const grace = closeWithGrace({ delay: false, logger: log, skip: [...STOP_SIGNALS] }, async ({ err }) => {
    if (err !== undefined) log.fatal({ err }, 'unexpected error');
    if (!(await pool.stop(stopMs))) process.exit(1);
  });
  onStopSignal(runtime, log, () => grace.close());
  pool.start();
}
