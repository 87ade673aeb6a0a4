import { isLoopback } from '@tetracast/session';
import '@tetracast/web';
import type { FastifyPluginAsync } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import type { AddressInfo } from 'node:net';
import { faultRoutes } from './fault-routes';
import { FaultSwitchboard } from './fault-switchboard';

/**
 * Faults on a switch for the lab page: a {@link FaultProxy} for each transport, and the routes with which the page switches
 * them. `npm start` alone registers it; it does nothing unless the service listens on loopback, in one process.
 */
const plugin: FastifyPluginAsync = async (app) => {
  const { settings, hub } = app.tetracast;
  if (!isLoopback(settings.host) || settings.workers > 1) return;
  const drain = (): void => hub.drain('going_away');
  const board = new FaultSwitchboard(drain, settings.authSecret !== '');
  app.decorate('labFaults', board);
  app.addHook('onListen', async () => {
    const { address, port } = app.server.address() as AddressInfo;
    await board.open({ host: address, port });
  });
  app.addHook('onClose', () => board.close());
  await app.register(faultRoutes, { board });
};

export const faults = fastifyPlugin(plugin, { name: 'faults', fastify: '5.x', decorators: { fastify: ['tetracast'] } });
