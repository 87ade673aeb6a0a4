import closeWithGrace from 'close-with-grace';
import type { Runtime } from '@tetracast/node-io/runtime';
import fastify from 'fastify';
import { createServerOptions } from '../http/server-options';
import type { Settings } from '../settings/settings';
import { logAccessMode, warnOfMisspeltSettings } from '../start-log';
import { onStopSignal, STOP_SIGNALS } from '../stop-signals';
import { WorkerPool } from './worker-pool';

/** What a worker may take beyond its own patience, in ms. */
const STOP_MARGIN_MS = 1000;

export interface WorkerOptions {
  /** The file that each worker runs. */
  readonly entryFile: string;
  /** How long a worker has for its own stop. */
  readonly workerStopMs: number;
  readonly runtime: Runtime;
}

/**
 * The primary process of a service with several workers: starts them, replaces them, stops them with grace. Node's cluster
 * has it listen and hand the connections to them in turn; it serves nothing itself. `ready` is called with the address once
 * all of them serve.
 */
export function runWorkers(
  settings: Settings,
  { entryFile, workerStopMs, runtime }: WorkerOptions,
  ready: (url: string) => void,
): void {
  // Only for its log, which is then the same as that of the workers.
  const { log } = fastify(createServerOptions(settings, true));
  warnOfMisspeltSettings(log);
  const stopMs = workerStopMs + STOP_MARGIN_MS;
  const pool = new WorkerPool(settings.workers, entryFile, log, runtime, {
    ready: (url) => {
      log.info(`Server listening at ${url} with ${settings.workers} workers`);
      ready(url);
      logAccessMode(settings, log);
    },
    failed: (reason) => {
      process.stderr.write(`${reason}\n`);
      void pool.stop(stopMs).then(() => process.exit(1));
    },
  });
  // The pool ends all its workers after its time limit.
  const grace = closeWithGrace({ delay: false, logger: log, skip: [...STOP_SIGNALS] }, async ({ err }) => {
    if (err !== undefined) log.fatal({ err }, 'unexpected error');
    if (!(await pool.stop(stopMs))) process.exit(1);
  });
  onStopSignal(runtime, log, () => grace.close());
  pool.start();
}
