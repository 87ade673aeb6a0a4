import { type Bus, createBus, type Retention, type WebhookSettings } from '@tetracast/bus';
import { Hub, type HubOptions } from '@tetracast/hub';
import { nodeRuntime, type Runtime } from '@tetracast/node-io/runtime';
import fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyPluginAsync } from 'fastify';
import { accessRoutes } from './http/access-routes';
import {
  PRESENCE_NAMESPACE,
  RELAY_NAMESPACE,
  RELAY_ROLL_UP_MS,
  RELAY_TTL_MS,
  WEBHOOK_EVENTS,
} from '@tetracast/message-model';
import {
  ACCESS_NAMESPACE,
  AccessControl,
  ConnectionRegistry,
  Limits,
  Presence,
  REVOCATIONS_MAX,
} from '@tetracast/session';
import { cancelRoute } from './http/cancel-route';
import { checkRequestHead } from './http/check-request-head';
import { crossOrigin } from './http/cross-origin';
import { answerQuestions } from './answer-questions';
import { drainOnClose } from './drain';
import { health } from './observability/health';
import { metrics } from './observability/metrics';
import { noSniff } from './http/no-sniff';
import { answerNotFound } from './http/not-found';
import { answerError } from './http/problem';
import { jsonBodies } from './http/request-body';
import { presenceRoute } from './http/presence-route';
import { createServerOptions } from './http/server-options';
import type { FixedValues } from './settings/fixed-values';
import type { Settings } from './settings/settings';
import type { Tetracast } from './tetracast';
import type { WorkerRole } from './workers/worker-role';

export interface ServiceOptions {
  /** Default: the one at `settings.busUrl`. The service closes it. */
  readonly bus?: Bus;
  /** Clocks, timers and randomness. Default: those of the process. */
  readonly runtime?: Runtime;
  /** Other values than {@link FIXED_VALUES}, for tests. */
  readonly fixed?: Partial<FixedValues>;
  /** JSON lines on stdout. Default `true`. */
  readonly logger?: boolean;
  /** Set in a worker: a process that serves the port with others. */
  readonly role?: WorkerRole;
}

/** Heartbeat intervals after which the hub closes a connection whose client has taken none of its pending bytes. */
const STALLED_HEARTBEATS = 4;

/** Joins and leaves that are kept for each channel, for clients that come back. */
const COMPANION_SIZE = 10_000;

/** Messages of an answer besides its text: its beginning, cancellations, and its end. */
const RELAY_OTHER_MESSAGES = 4000;

/** Minimum number of sockets besides connections. */
const SPARE_SOCKETS = 100;

/** A service with these plugins that does not listen yet. To close it drains its connections, then closes the hub and the bus. */
export async function createService(
  given: Settings,
  plugins: readonly FastifyPluginAsync[],
  { bus: givenBus, logger = true, role, fixed, runtime = nodeRuntime }: ServiceOptions = {},
): Promise<FastifyInstance> {
  const settings: Settings = { ...given, ...fixed };
  const app = fastify(createServerOptions(settings, logger, role?.worker));
  const bus = givenBus ?? openBus(settings, app.log, runtime);
  const hub = new Hub(bus, hubOptions(settings, runtime));
  const limits = new Limits(settings, bus, runtime);
  const context = { settings, store: bus, hub, logger: app.log, runtime };
  const access = await AccessControl.create(context).catch(async (error: unknown) => {
    hub.close();
    limits.close();
    await bus.close();
    throw error;
  });
  const presence = new Presence(bus, settings, runtime);
  const connections = new ConnectionRegistry(runtime);
  answerQuestions(bus, { hub, limits, connections }, runtime);
  const core = { settings, bus, hub, limits, access, presence, connections, runtime };
  const state = { ...core, draining: false, ...(role === undefined ? {} : { group: role.group }) };
  app.server.maxConnections = maxSockets(settings);
  app.decorate('tetracast', state satisfies Tetracast);
  app.setErrorHandler(answerError);
  answerNotFound(app);
  drainOnClose(app, core, settings.drainTimeoutMs, () => {
    state.draining = true;
  });
  app.addHook('onClose', async () => {
    access.close();
    hub.close();
    limits.close();
    await presence.close();
    await bus.close();
  });
  try {
    await app.register(noSniff);
    await app.register(checkRequestHead);
    await app.register(jsonBodies);
    await app.register(crossOrigin);
    await app.register(health);
    await app.register(metrics, role === undefined ? {} : { role });
    await app.register(cancelRoute);
    await app.register(presenceRoute);
    if (!access.isOpen) await app.register(accessRoutes);
    for (const plugin of plugins) await app.register(plugin);
  } catch (error) {
    await app.close();
    throw error;
  }
  return app;
}

/**
 * Maximum number of sockets of one process, with those of requests. It is half as many again as connections, so that a full
 * server can still refuse requests and serve polls. The server closes every further socket at once.
 */
function maxSockets({ maxConnections }: Settings): number {
  return Math.ceil(maxConnections * 1.5) + SPARE_SOCKETS;
}

function hubOptions(settings: Settings, runtime: Runtime): HubOptions {
  return {
    runtime,
    maxChannels: settings.maxChannels,
    maxOpenChannels: settings.maxOpenChannels,
    maxRewind: settings.maxRewind,
    heartbeatMs: settings.heartbeatIntervalMs,
    stalledMs: settings.heartbeatIntervalMs * STALLED_HEARTBEATS,
    warmMs: settings.channelIdleTimeoutMs,
    fanoutWindowMs: settings.fanoutWindowMs,
    ...(settings.windowLimits && { windowLimits: settings.windowLimits }),
    ...(settings.resumeLimits && { resumeLimits: settings.resumeLimits }),
  };
}

function openBus(settings: Settings, logger: FastifyBaseLogger, runtime: Runtime): Bus {
  const busSettings = {
    retention: { size: settings.historySize, ttlMs: settings.historyTtlMs },
    namespaces: {
      [RELAY_NAMESPACE]: { size: relayMessages(settings), ttlMs: RELAY_TTL_MS },
      ...settings.historyNamespaces,
      ...namespaceHistories(settings),
      [PRESENCE_NAMESPACE]: { size: COMPANION_SIZE, ttlMs: settings.historyTtlMs },
      [ACCESS_NAMESPACE]: { size: REVOCATIONS_MAX, ttlMs: settings.revocationTtlMs },
    },
    idempotencyTtlMs: settings.idempotencyTtlMs,
    endTtlMs: settings.endTtlMs,
    memoryMaxBytes: settings.maxMemoryBytes,
    ...(settings.webhookUrl === '' ? {} : { webhooks: webhooksOf(settings) }),
  };
  return createBus(settings.busUrl, busSettings, { logger, runtime });
}

/** The maximum number of messages of an answer: so its first is there as long as its last. */
function relayMessages({ relayTimeoutMs }: Settings): number {
  return Math.ceil(relayTimeoutMs / RELAY_ROLL_UP_MS) + RELAY_OTHER_MESSAGES;
}

function webhooksOf({ webhookEvents, webhookQueueBytes }: Settings): WebhookSettings {
  return { events: webhookEvents.length > 0 ? webhookEvents : WEBHOOK_EVENTS, maxBytes: webhookQueueBytes };
}

function namespaceHistories({ namespaces }: Settings): Record<string, Retention> {
  return Object.fromEntries(
    [...namespaces].flatMap(([name, { history }]) => (history === undefined ? [] : [[name, history]])),
  );
}
