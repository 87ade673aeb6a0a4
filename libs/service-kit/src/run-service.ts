import { nodeRuntime } from '@tetracast/node-io/runtime';
import closeWithGrace from 'close-with-grace';
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import { PrimaryProcess } from './workers/primary-link';
import { runWorkers } from './workers/run-workers';
import { createService } from './service';
import { printSettings } from './settings/print-settings';
import { parseSettings, type Settings } from './settings/settings';
import { explainStartFailure } from './start-failure';
import { describeAccess, warnOfMisspeltSettings } from './start-log';
import { onStopSignal, STOP_SIGNALS } from './stop-signals';

/**
 * Maximum number of connections that wait to be accepted; the system may allow less (net.core.somaxconn). With Node's 511 most
 * clients that reconnect at the same moment would be dropped, and try again a second or three later.
 */
export const LISTEN_BACKLOG = 4096;

/** Time after DRAIN_TIMEOUT to close the bus, in ms. */
const CLOSE_MARGIN_MS = 3000;

/** On the command line: print the settings and exit. */
const PRINT_FLAG = '--print-settings';

/**
 * The `main` of a service: reads the settings from the environment, listens, calls `listening` with the address and the settings, and drains on
 * SIGTERM, SIGINT and SIGHUP. If it cannot start, it writes the reason to stderr, in one line, and exits with code 1. With
 * `--print-settings` it only prints the settings.
 *
 * With WORKERS this process only manages the workers. Each runs `entryFile`, the file of the caller's `main`, and so this function.
 */
export async function runService(
  plugins: readonly FastifyPluginAsync[],
  { entryFile, ...defaults }: { readonly port: number; readonly entryFile: string },
  listening?: (url: string, settings: Settings) => void,
): Promise<void> {
  const link = PrimaryProcess.open(nodeRuntime);
  let settings: Settings | undefined;
  try {
    settings = parseSettings(process.env, defaults);
    if (process.argv.includes(PRINT_FLAG)) {
      process.stdout.write(printSettings(process.env, defaults));
      return;
    }
    if (link !== undefined) {
      link.listening(await serveAsWorker(settings, plugins, link));
    } else if (settings.workers > 1) {
      const workerStopMs = settings.drainTimeoutMs + CLOSE_MARGIN_MS;
      const current = settings;
      runWorkers(settings, { entryFile, workerStopMs, runtime: nodeRuntime }, (url) => listening?.(url, current));
    } else {
      const app = await createService(settings, plugins);
      warnOfMisspeltSettings(app.log);
      const grace = closeWithApp(app, settings);
      onStopSignal(nodeRuntime, app.log, () => grace.close());
      // Not inside the call below, which is skipped if there is no `listening`.
      const url = await app.listen({ host: settings.host, port: settings.port, backlog: LISTEN_BACKLOG });
      listening?.(url, settings);
      app.log.info(describeAccess(settings));
    }
  } catch (error) {
    const reason = explainStartFailure(error, settings);
    // Every worker fails for the same reason, and the primary process writes it once.
    if (link === undefined) process.stderr.write(`${reason}\n`);
    else await link.failed(reason);
    process.exit(1);
  }
}

async function serveAsWorker(
  settings: Settings,
  plugins: readonly FastifyPluginAsync[],
  link: PrimaryProcess,
): Promise<string> {
  const { host, port } = settings;
  const app = await createService(settings, plugins, { role: link });
  const grace = closeWithApp(app, settings);
  const url = await app.listen({
    host,
    port,
    backlog: LISTEN_BACKLOG,
    listenTextResolver: (address) => `worker takes connections of ${address}`,
  });
  // Until now a stop just ends the process: it has no connections.
  link.onStop = () => {
    link.onStop = () => undefined;
    grace.close();
  };
  return url;
}

/** Closes the service on `close()` and on an uncaught error. Does not listen for the stop signals. */
function closeWithApp(app: FastifyInstance, { drainTimeoutMs }: Settings): ReturnType<typeof closeWithGrace> {
  const options = { delay: drainTimeoutMs + CLOSE_MARGIN_MS, logger: app.log, skip: [...STOP_SIGNALS] };
  return closeWithGrace(options, async ({ err }) => {
    if (err !== undefined) app.log.fatal({ err }, 'unexpected error');
    await app.close();
  });
}
