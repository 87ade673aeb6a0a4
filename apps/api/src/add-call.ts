import type { ApiCaller } from '@tetracast/access';
import {
  type AnswerOf,
  API_CALLS,
  type ApiCall,
  type ApiCallName,
  type ApiScope,
  CodedError,
  type PartOf,
} from '@tetracast/message-model';
import type { Action } from '@tetracast/session';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticate } from './authenticate';
import { routeSchemaOf } from './documents/openapi';

/** A request of a call that has passed its checks. */
export interface CallRequest<C extends ApiCall> {
  readonly caller: ApiCaller;
  readonly params: PartOf<C, 'params'>;
  readonly query: PartOf<C, 'query'>;
  readonly body: PartOf<C, 'body'>;
  /** The request counts as one action. Spends the rate of its address for `more` of them. @throws CodedError `rate_limited` */
  readonly spend: (more: number) => void;
}

/** Answers a call. A `Buffer` is JSON that is ready to send. */
type Handle<C extends ApiCall> = (
  request: CallRequest<C>,
  reply: FastifyReply,
) => AnswerOf<C> | Buffer | Promise<AnswerOf<C> | Buffer>;

/** The calls that change something besides the messages of a channel: the log says who made them. */
const LOGGED: ReadonlySet<ApiScope> = new Set(['delete', 'disconnect', 'subscribe', 'revoke']);

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls the API; `null` on every other route. */
    apiCaller: ApiCaller | null;
  }
}

/** Adds the route of a call. Its order: rate of the address, authentication, scope, and only then the body. */
export type AddCall = <N extends ApiCallName>(name: N, handle: Handle<(typeof API_CALLS)[N]>) => void;

/**
 * A program that names the message `..` in `…/messages/{id}` sends the path of the channel with a slash at its end: it would delete
 * all messages. @throws CodedError `not_found`
 */
function requireWholePath({ url }: FastifyRequest): void {
  if (!/^[^?]*\/(?:\?|$)/.test(url)) return;
  throw new CodedError('not_found', 'the path of a deletion ends with a slash: send it without one');
}

export function createAddCall(app: FastifyInstance, authenticate: Authenticate): AddCall {
  const { limits, runtime, settings } = app.tetracast;
  app.decorateRequest('apiCaller', null);

  const spend = (action: Action, { raw }: FastifyRequest, cost: number): void => {
    if (cost > 0) limits.spendShared(action, 'ip', limits.addressOf(raw), runtime.monotonicMs(), cost);
  };

  return (name, handle) => {
    const call: ApiCall = API_CALLS[name];
    const { method, path, scope } = call;
    const action: Action = scope === 'publish' ? 'publish' : 'poll';
    app.route({
      method,
      url: path.replace(/\{(\w+)\}/g, ':$1'),
      schema: routeSchemaOf(name, call),
      bodyLimit: settings.maxBatchBytes,
      onRequest: async (request) => {
        spend(action, request, 1);
        request.apiCaller = await authenticate(request);
        request.log = request.log.child({ caller: request.apiCaller.name });
        request.apiCaller.requireScope(scope);
        if (method === 'DELETE') requireWholePath(request);
      },
      handler: async (request, reply) => {
        const answer = await handle(
          {
            caller: request.apiCaller as ApiCaller,
            params: request.params as never,
            query: request.query as never,
            body: request.body as never,
            spend: (more) => {
              spend(action, request, more);
            },
          },
          reply,
        );
        if (LOGGED.has(scope))
          request.log.info({ call: `${method} ${path}`, params: request.params, body: request.body }, 'API call');
        void reply.header('cache-control', 'no-store');
        if (answer instanceof Buffer) void reply.type('application/json; charset=utf-8');
        return answer;
      },
    });
  };
}
