import closeWithGrace from 'close-with-grace';
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import { PrimaryProcess } from './workers/primary-link';
import { runWorkers } from './workers/run-workers';
import { createService } from './service';
import { printSettings } from './settings/print-settings';
import { parseSettings, type Settings } from './settings/settings';
import { explainStartFailure } from './start-failure';
import { logAccessMode, warnOfMisspeltSettings } from './start-log';
import { onStopSignal, STOP_SIGNALS } from './stop-signals';

/**
 * Connections that may wait to be accepted, as far as the system allows it (net.core.somaxconn). With Node's 511 most of those
 * who come back in the same moment, after a cut, would be dropped and try again only a second or three later.
 */
export const LISTEN_BACKLOG = 4096;

/** What is left after DRAIN_TIMEOUT for closing the bus, in ms. */
const CLOSE_MARGIN_MS = 3000;

/** On the command line: print the settings and exit. */
const PRINT_FLAG = '--print-settings';

/**
 * The whole of a service's `main`: reads the settings from the environment, listens, and stops gracefully on SIGTERM, SIGINT and
 * SIGHUP. When it cannot start it writes the reason to stderr, in one line, and exits with code 1. It calls `listening` with the
 * address once it serves. With `--print-settings` it only prints the settings.
 *
 * With WORKERS this process only keeps the workers. Each runs `entryFile`, the file of the caller's `main`, and so this function.
 */
export async function runService(
  plugins: readonly FastifyPluginAsync[],
  { entryFile, ...defaults }: { readonly port: number; readonly entryFile: string },
  listening?: (url: string) => void,
): Promise<void> {
  const link = PrimaryProcess.open();
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
      runWorkers(settings, entryFile, settings.drainTimeoutMs + CLOSE_MARGIN_MS, (url) => listening?.(url));
    } else {
      const app = await createService(settings, plugins);
      warnOfMisspeltSettings(app.log);
      const grace = closeWithApp(app, settings);
      onStopSignal(app.log, () => grace.close());
      // Not within the call: nothing in it is done when there is nobody to call.
      const url = await app.listen({ host: settings.host, port: settings.port, backlog: LISTEN_BACKLOG });
      listening?.(url);
      logAccessMode(settings, app.log);
    }
  } catch (error) {
    const reason = explainStartFailure(error, settings);
    // The primary process hears the same from every worker, and tells it once.
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
  // Until now it simply ends: there is nobody to say good-bye to.
  link.onStop = () => {
    link.onStop = () => undefined;
    grace.close();
  };
  return url;
}

/** Closes the service when told to, and on an error that nobody caught; the stop signals are left to others. */
function closeWithApp(app: FastifyInstance, { drainTimeoutMs }: Settings): ReturnType<typeof closeWithGrace> {
  const options = { delay: drainTimeoutMs + CLOSE_MARGIN_MS, logger: app.log, skip: [...STOP_SIGNALS] };
  return closeWithGrace(options, async ({ err }) => {
    if (err !== undefined) app.log.fatal({ err }, 'unexpected error');
    await app.close();
  });
}
