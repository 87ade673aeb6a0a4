import { CodedError } from '@tetracast/message-model';
import type { FastifyPluginAsync } from 'fastify';
import { FAULTS, type Fault } from './fault-proxy';
import { type FaultSwitchboard, type Transport, TRANSPORTS } from './fault-switchboard';
import { copyWithShortLife, SHORT_TOKEN_S } from './short-token';

interface SwitchRequest {
  readonly fault: Fault | 'cut' | 'restart';
  readonly on?: boolean;
  /** Default: all. `restart` is always of all. */
  readonly transport?: Transport;
}

const SWITCH_REQUEST = {
  type: 'object',
  required: ['fault'],
  additionalProperties: false,
  properties: {
    fault: { enum: [...FAULTS, 'cut', 'restart'] },
    on: { type: 'boolean' },
    transport: { enum: TRANSPORTS },
  },
};

/** The routes below `/lab/`, for the lab page alone. */
export const faultRoutes: FastifyPluginAsync<{ board: FaultSwitchboard }> = async (app, { board }) => {
  const { access, settings } = app.tetracast;
  app.addHook('onRequest', (request, _reply, done) => {
    done(
      board.allows(request.headers) ? undefined : new CodedError('forbidden_origin', 'only the lab page may do this'),
    );
  });

  app.post<{ Body: SwitchRequest }>('/lab/faults', { schema: { body: SWITCH_REQUEST } }, (request, reply) => {
    const { fault, on = true, transport } = request.body;
    if (fault === 'restart') board.restart();
    else if (fault === 'cut') board.cut(transport);
    else board.set(fault, on, transport);
    return reply.code(204).send();
  });

  app.get<{ Querystring: { after?: string } }>('/lab/wire', (request) =>
    board.wire.after(Number(request.query.after ?? 0)),
  );

  app.post('/lab/short-token', async (request) => {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined)
      throw new CodedError('unauthorized', 'send the token of the page: Authorization: Bearer <token>');
    if (settings.authSecret === '') {
      throw new CodedError('invalid_request', 'only with AUTH_SECRET can this server make a token that expires soon');
    }
    await access.permissionsForToken(token);
    const copy = await copyWithShortLife(token, settings, Math.floor(Date.now() / 1000));
    return { token: copy, expiresInS: SHORT_TOKEN_S };
  });
};
