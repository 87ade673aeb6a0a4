import type { FastifyPluginAsync } from 'fastify';
import fp from 'fastify-plugin';
import { createAddCall } from './add-call';
import { createAuthenticator } from './authenticate';
import { addHistoryCalls } from './calls/history';
import { addPublishCalls } from './calls/publish';
import { addRevokeCall } from './calls/revoke';
import { compileSchema } from './validation';

/** The calls of the server API, each from its entry in `API_CALLS`. */
const plugin: FastifyPluginAsync = async (app) => {
  const { tetracast } = app;
  // JSON alone: a page of another origin can send it only after a preflight.
  app.removeContentTypeParser('text/plain');
  app.setValidatorCompiler(compileSchema);
  app.setSerializerCompiler(() => JSON.stringify);
  const addCall = createAddCall(app, createAuthenticator(tetracast));
  addPublishCalls(addCall, tetracast);
  addHistoryCalls(addCall, tetracast);
  addRevokeCall(addCall, tetracast);
};

export const apiPlugin = fp(plugin, {
  name: 'api',
  fastify: '5.x',
  decorators: { fastify: ['tetracast'] },
  encapsulate: true,
});
