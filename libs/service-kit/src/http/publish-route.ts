import type { Permissions } from '@tetracast/access';
import { CodedError } from '@tetracast/message-model';
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { authenticateRequest, publish } from '@tetracast/session';
import { isUtf8Form, parseFormFields } from './form-fields';
import { addFormBodies } from './request-body';
import '../tetracast';

declare module 'fastify' {
  interface FastifyRequest {
    /** What the publisher may do; `null` on every other route. */
    publishPermissions: Permissions | null;
  }
}

/**
 * `POST path` publishes JSON, or a form as `$.ajax` sends it: 201 with the id once stored, 200 with the same id for a repeated
 * `Idempotency-Key`.
 */
export function publishRoute(path: string): FastifyPluginAsync {
  return async (app) => {
    app.removeContentTypeParser('text/plain');
    addFormBodies(app, readForm);
    app.decorateRequest('publishPermissions', null);
    // Before the body is read, which is work that a client without permission must not cause.
    const onRequest = async (request: FastifyRequest): Promise<void> => {
      request.publishPermissions = await authenticateRequest(app.tetracast, request.raw, 'publish');
    };
    app.post(path, { onRequest }, async (request, reply) => {
      const idempotencyKey = request.headers['idempotency-key'] as string | undefined;
      const permissions = request.publishPermissions as Permissions;
      const { id, channel, duplicate } = await publish(app.tetracast, request.body, {
        permissions,
        quota: app.tetracast.limits.namespaceQuota(request.raw, permissions.subject),
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      });
      void reply.code(duplicate ? 200 : 201);
      return { id, channel };
    });
  };
}

/** In a form every value is a string, also `echo`. */
function readForm(text: string): Record<string, unknown> {
  if (!isUtf8Form(text)) throw new CodedError('invalid_message', 'the form is not UTF-8: encode it in UTF-8');
  const fields = parseFormFields(text);
  if (fields === undefined) throw new CodedError('invalid_request', 'the form has too many fields: send JSON');
  const { echo } = fields;
  return echo === 'true' || echo === 'false' ? { ...fields, echo: echo === 'true' } : fields;
}
