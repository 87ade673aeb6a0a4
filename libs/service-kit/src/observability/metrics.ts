import { RESET_REASONS } from '@tetracast/message-model';
import type { FastifyPluginCallback } from 'fastify';
import fp from 'fastify-plugin';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import '../tetracast';
import type { WorkerRole } from '../workers/worker-role';

/**
 * `GET /metrics`: the process and the hub, for Prometheus. Each service has a registry. With several workers, each of them returns
 * the metrics of all.
 */
const plugin: FastifyPluginCallback<{ readonly role?: WorkerRole }> = (app, { role }, done) => {
  const { hub, limits } = app.tetracast;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });

  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  };
  const counter = (name: string, help: string, read: () => number): void => {
    new Counter({
      name,
      help,
      registers: [registry],
      // The hub counts; this only shows it.
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  };
  gauge('tetracast_connections', 'Connections now', () => hub.stats.connections);
  gauge('tetracast_channels', 'Channels subscribed to now', () => hub.stats.channels);
  counter('tetracast_published_total', 'Messages stored', () => hub.stats.published);
  counter('tetracast_delivered_total', 'Messages times connections', () => hub.stats.delivered);
  counter('tetracast_refilled_total', 'Messages read again from the log', () => hub.stats.refilled);
  new Counter({
    name: 'tetracast_resets_total',
    help: 'Resumes that were not seamless',
    labelNames: ['reason'],
    registers: [registry],
    collect() {
      this.reset();
      const { resets } = hub.stats;
      for (const reason of RESET_REASONS) this.inc({ reason }, resets[reason]);
    },
  });

  new Counter({
    name: 'tetracast_refused_total',
    help: 'Requests and connections beyond a limit',
    labelNames: ['code', 'limit'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { code, limit, count } of limits.refused) this.inc({ code, limit }, count);
    },
  });

  const readAll = role?.shareMetrics(registry) ?? (() => registry.metrics());
  app.get('/metrics', async (_request, reply) => {
    void reply.type(registry.contentType);
    return readAll();
  });
  done();
};

export const metrics = fp(plugin, { name: 'metrics', fastify: '5.x', decorators: { fastify: ['tetracast'] } });
