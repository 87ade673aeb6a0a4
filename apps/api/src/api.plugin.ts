import { AllProcesses } from '@tetracast/session';
import type { FastifyPluginAsync } from 'fastify';
import fp from 'fastify-plugin';
import { createAddCall } from './add-call';
import { createAuthenticator } from './authenticate';
import { addConnectionCalls } from './calls/connections';
import { addHistoryCalls } from './calls/history';
import { addPublishCalls } from './calls/publish';
import { addRevokeCall } from './calls/revoke';
import { documents } from './documents/documents.plugin';
import { describeCalls } from './documents/openapi';
import { compileSchema } from './validation';

/** Of the wire contract, as in its paths. */
const VERSION = '1';

/** The calls of the server API, each from its entry in `API_CALLS`. */
const plugin: FastifyPluginAsync = async (app) => {
  const { tetracast } = app;
  // JSON alone: a page of another origin can send it only after a preflight.
  app.removeContentTypeParser('text/plain');
  app.setValidatorCompiler(compileSchema);
  app.setSerializerCompiler(() => JSON.stringify);
  await describeCalls(app, VERSION);
  const processes = new AllProcesses(tetracast.bus);
  const addCall = createAddCall(app, createAuthenticator(tetracast));
  addPublishCalls(addCall, tetracast);
  addHistoryCalls(addCall, tetracast, processes);
  addConnectionCalls(addCall, processes);
  addRevokeCall(addCall, tetracast);
  await app.register(documents(VERSION));
};

export const apiPlugin = fp(plugin, {
  name: 'api',
  fastify: '5.x',
  decorators: { fastify: ['tetracast'] },
  encapsulate: true,
});
