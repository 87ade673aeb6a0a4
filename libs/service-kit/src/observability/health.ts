import { type BusChecks, CHECK_OK } from '@tetracast/bus';
import { CodedError } from '@tetracast/message-model';
import type { FastifyPluginCallback } from 'fastify';
import fp from 'fastify-plugin';
import { sendProblem } from '../http/problem';
import '../tetracast';

/** What `GET /readyz` checks: each is `ok`, or the reason why not. */
export interface ReadyChecks extends BusChecks {
  /** Whether the service accepts connections. */
  readonly serve: string;
  /** Whether the service knows which tokens are revoked. */
  readonly revocations: string;
}

/** `GET /healthz`: 200 while the process runs. `GET /readyz`: 200 if all it needs works, else 503; `checks` names each. */
const plugin: FastifyPluginCallback = (app, _options, done) => {
  const { tetracast } = app;
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const checks: ReadyChecks = {
      serve: tetracast.draining ? 'the service is stopping' : CHECK_OK,
      ...(await tetracast.bus.check()),
      revocations: tetracast.access.isReady ? CHECK_OK : 'the server does not know yet which tokens were revoked',
    };
    const failed = Object.entries<string>({ ...checks }).filter(([, found]) => found !== CHECK_OK);
    if (failed.length === 0) return { status: CHECK_OK, checks };
    const reasons = [...new Set(failed.map(([, reason]) => reason))];
    return sendProblem(reply, new CodedError('unavailable', `not ready: ${reasons.join('; ')}`), { checks });
  });
  done();
};

export const health = fp(plugin, { name: 'health', fastify: '5.x', decorators: { fastify: ['tetracast'] } });
