import closeWithGrace from 'close-with-grace';
import type { FastifyPluginAsync } from 'fastify';
import { createService } from './service';
import { parseSettings, type Settings, SettingsError } from './settings';

/** What is left after DRAIN_TIMEOUT for closing the bus, in ms. */
const CLOSE_MARGIN_MS = 3000;

/**
 * The whole of a service's `main`: settings from the environment, listen, stop with grace on SIGTERM and SIGINT. What keeps
 * it from starting is told in one line on stderr, with exit code 1. `listening` is called with the address once it serves.
 */
export async function runService(
  plugins: readonly FastifyPluginAsync[],
  defaults: { port: number },
  listening?: (url: string) => void,
): Promise<void> {
  let settings: Settings | undefined;
  try {
    settings = parseSettings(process.env, defaults);
    const { host, port, access, drainTimeoutMs } = settings;
    const app = await createService(settings, plugins);
    closeWithGrace({ delay: drainTimeoutMs + CLOSE_MARGIN_MS, logger: app.log }, async ({ err }) => {
      if (err !== undefined) app.log.fatal({ err }, 'unexpected error');
      await app.close();
    });
    const url = await app.listen({ host, port });
    listening?.(url);
    const whom = access === 'open' ? 'whoever reaches it' : 'everyone on this machine';
    app.log.info(`no access check: ${whom} may publish and subscribe`);
  } catch (error) {
    process.stderr.write(`${explainStartFailure(error, settings)}\n`);
    process.exit(1);
  }
}

function explainStartFailure(error: unknown, settings: Settings | undefined): string {
  if (error instanceof SettingsError) return `Cannot start: ${error.message}`;
  const { code, message, stack } = error as NodeJS.ErrnoException;
  const address = `${settings?.host}:${settings?.port}`;
  switch (code) {
    case 'EADDRINUSE':
      return `Cannot start: ${address} is in use by another process; PORT=<number> chooses another port`;
    case 'EACCES':
      return `Cannot start: this user may not listen on ${address}`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `Cannot start: HOST=${settings?.host} is no address of this machine`;
    default:
      return code === undefined ? `Cannot start: ${stack ?? message}` : `Cannot start: ${message}`;
  }
}
