import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { TokenNameSchema } from '@tetracast/access';
import { CodedError } from '@tetracast/message-model';
import type { FastifyPluginCallback } from 'fastify';
import fp from 'fastify-plugin';
import { authenticateRequest, describePermissions } from '@tetracast/session';
import '../tetracast';

const Name = Type.Optional(TokenNameSchema);

/** What is taken back: one token, all tokens of a subject that were issued until now, or both. */
const RevocationRequest = Type.Object({ jti: Name, sub: Name });

/**
 * Where there are tokens. `POST /connections/<id or client key>/token`: a new token for an open stream or a poll that waits; 200
 * when its line is in this process, 202 when another process is told. `POST /revocations` `{jti?, sub?}`: takes tokens back, with
 * a token that has `admin`; 201 once stored.
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
    await access.revoke(permissions, what);
    void reply.code(201).header('cache-control', 'no-store');
    return what;
  });
  done();
};

function readRevocation(body: unknown): Static<typeof RevocationRequest> {
  if (!Value.Check(RevocationRequest, body) || (body.jti === undefined && body.sub === undefined)) {
    throw new CodedError('invalid_request', 'name what to revoke: "jti", "sub", or both');
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
