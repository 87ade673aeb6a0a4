import type { ServiceDescriptor } from '@tetracast/service-kit';
import type { FastifyPluginAsync } from 'fastify';
import service from './service.json';
import { apiPlugin } from './api.plugin';
import { relay } from './relay/relay.plugin';

const plugin: FastifyPluginAsync = async (app) => {
  await app.register(apiPlugin);
  await app.register(relay);
};

/** The service of the server API, and of the relays. */
export const api: ServiceDescriptor = { ...service, plugin };
