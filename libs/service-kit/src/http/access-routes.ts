import type { Static } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { CodedError, RevocationSchema } from '@tetracast/message-model';
import type { FastifyPluginCallback } from 'fastify';
import fp from 'fastify-plugin';
import { authenticateRequest, describePermissions } from '@tetracast/session';
import '../tetracast';

/**
 * The routes of a service with keys. `POST /connections/<id or client key>/token` gives an open stream or a waiting poll a new
 * token: 200 if this process has the connection, 202 if it asks the other processes. `POST /revocations` `{jti?, sub?}`, with a
 * token that has `admin`, revokes tokens: 201 once stored.
 */
const plugin: FastifyPluginCallback = (app, _options, done) => {
  const { tetracast } = app;
  const { access } = tetracast;

  app.post<{ Params: { name: string } }>('/connections/:name/token', async (request, reply) => {
    const { name } = request.params;
    const permissions = await authenticateRequest(tetracast, request.raw, 'subscribe');
    const isHere = await access.renewByName(name, permissions);
    void reply.code(isHere ? 200 : 202).header('cache-control', 'no-store');
    return { connection: name, ...describePermissions(permissions) };
  });

  app.post('/revocations', async (request, reply) => {
    const permissions = await authenticateRequest(tetracast, request.raw, 'publish');
    const what = readRevocation(request.body);
    permissions.requireAdmin();
    await access.revoke(what);
    void reply.code(201).header('cache-control', 'no-store');
    return what;
  });
  done();
};

function readRevocation(body: unknown): Static<typeof RevocationSchema> {
  if (!Value.Check(RevocationSchema, body)) {
    throw new CodedError('invalid_request', '"jti" and "sub" are missing: name the token, the subject, or both');
  }
  const { jti, sub } = body;
  return { ...(jti === undefined ? {} : { jti }), ...(sub === undefined ? {} : { sub }) };
}

export const accessRoutes = fp(plugin, {
  name: 'access-routes',
  fastify: '5.x',
  decorators: { fastify: ['tetracast'] },
  encapsulate: true,
});
