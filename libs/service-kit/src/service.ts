import { type Bus, createBus } from '@tetracast/bus';
import { Hub } from '@tetracast/hub';
import fastify, { type FastifyInstance, type FastifyPluginAsync } from 'fastify';
import { crossOrigin } from './cross-origin';
import { drainOnClose } from './drain';
import { health } from './health';
import { metrics } from './metrics';
import { noSniff } from './no-sniff';
import { answerNotFound } from './not-found';
import { answerError } from './problem';
import { createServerOptions } from './server-options';
import type { Settings } from './settings';
import type { Tetracast } from './tetracast';
import type { WorkerRole } from './worker-role';

export interface ServiceOptions {
  /** Default: the one at `settings.busUrl`. It is closed with the service. */
  readonly bus?: Bus;
  /** JSON lines on stdout. Default `true`. */
  readonly logger?: boolean;
  /** Where this process is one of several that serve the port. */
  readonly role?: WorkerRole;
}

/** Heartbeats after which a peer that has taken nothing of what is pending is cut: a minute by default. */
const STALLED_HEARTBEATS = 4;

/** A service with these plugins, not yet listening. Closing it drains its lines, then closes the hub and the bus. */
export async function createService(
  settings: Settings,
  plugins: readonly FastifyPluginAsync[],
  { bus = openBus(settings), logger = true, role }: ServiceOptions = {},
): Promise<FastifyInstance> {
  const app = fastify(createServerOptions(settings, logger, role?.worker));
  const hub = new Hub(bus, {
    maxChannels: settings.maxChannels,
    heartbeatMs: settings.heartbeatMs,
    stalledMs: settings.heartbeatMs * STALLED_HEARTBEATS,
    warmMs: settings.warmMs,
    fanoutWindowMs: settings.fanoutWindowMs,
    windowLimits: { messages: settings.windowMessages, bytes: settings.windowBytes },
  });
  const state = { settings, bus, hub, draining: false, ...(role === undefined ? {} : { group: role.group }) };
  app.decorate('tetracast', state satisfies Tetracast);
  app.setErrorHandler(answerError);
  app.setNotFoundHandler(answerNotFound);
  drainOnClose(app, hub, settings.drainTimeoutMs, () => {
    state.draining = true;
  });
  app.addHook('onClose', async () => {
    hub.close();
    await bus.close();
  });
  try {
    await app.register(noSniff);
    await app.register(crossOrigin);
    await app.register(health);
    await app.register(metrics, role === undefined ? {} : { role });
    for (const plugin of plugins) await app.register(plugin);
  } catch (error) {
    await app.close();
    throw error;
  }
  return app;
}

function openBus(settings: Settings): Bus {
  return createBus(settings.busUrl, {
    retention: { size: settings.historySize, ttlMs: settings.historyTtlMs },
    namespaces: settings.historyNamespaces,
    idempotencyTtlMs: settings.idempotencyTtlMs,
  });
}
