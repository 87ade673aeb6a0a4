import fastifySwagger from '@fastify/swagger';
import { type TSchema, Type } from '@sinclair/typebox';
import { API_SCOPES, type ApiCall, ErrorCodeSchema } from '@tetracast/message-model';
import type { FastifyInstance } from 'fastify';

const BEARER = 'bearer';

const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: ErrorCodeSchema,
    detail: Type.String(),
  },
  { description: 'A problem (RFC 9457); `code` is for programs, `detail` says what to do.' },
);

const problem = { description: 'A problem', content: { 'application/problem+json': { schema: Problem } } };

/** The statuses with which the server refuses a call, also one about a thing in its path, and one with a body. */
const REFUSALS = [400, 401, 403, 429, 503];
const PATH_REFUSALS = [404];
const BODY_REFUSALS = [413, 415];

const NO_QUERY = Type.Object({});

/** Collects the routes that are added to `app` from now on, and writes them down as OpenAPI 3.1. */
export async function describeCalls(app: FastifyInstance, version: string): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Tetracast server API',
        version,
        description: 'For back ends. Send an API key, or a token with the claim `tetracast.api`.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/' }],
      tags: API_SCOPES.map((name) => ({ name, description: `Needs the scope \`${name}\`.` })),
      components: { securitySchemes: { [BEARER]: { type: 'http', scheme: 'bearer' } } },
      security: [{ [BEARER]: [] }],
    },
  });
}

/** The schemas of a call's route: what Fastify checks, and what the document shows besides. */
export function routeSchemaOf(name: string, { scope, summary, params, query, body, answers }: ApiCall): object {
  return {
    operationId: name,
    summary,
    tags: [scope],
    ...(params && { params }),
    querystring: query ?? NO_QUERY,
    ...(body && { body }),
    response: {
      ...Object.fromEntries(Object.entries(answers).map(([status, schema]) => [status, answerOf(schema)])),
      ...Object.fromEntries(
        [...REFUSALS, ...(params ? PATH_REFUSALS : []), ...(body ? BODY_REFUSALS : [])].map((status) => [
          status,
          problem,
        ]),
      ),
    },
  };
}

const answerOf = (schema: TSchema | undefined): object => ({ description: 'Done', ...(schema ?? { type: 'null' }) });
