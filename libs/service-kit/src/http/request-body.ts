import { CodedError, isTooDeep, TOO_DEEP } from '@tetracast/message-model';
import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';

/** The charset of any content type, with or without quotes (RFC 9110, section 8.3.2). */
const CHARSET = /;\s*charset\s*=\s*"?([^\s";]*)/gi;

/**
 * The text of a body in UTF-8 (RFC 8259, section 8.1). The service would store anything else as a text that was not sent.
 *
 * @throws CodedError as {@link requirePlainText}; `invalid_message`
 */
function textIn({ headers }: FastifyRequest, body: Buffer): string {
  requirePlainText(headers);
  if (!isUtf8(body)) throw new CodedError('invalid_message', 'the body is not UTF-8: encode it in UTF-8');
  return body.toString();
}

/** @throws CodedError `unsupported_media_type` for a body in another charset than UTF-8 or with a content coding */
export function requirePlainText(headers: FastifyRequest['headers']): void {
  if (isEncoded(headers))
    throw new CodedError('unsupported_media_type', 'the body has a Content-Encoding: send it without one');
  const charsets = [...(headers['content-type'] ?? '').matchAll(CHARSET)].map(([, charset = '']) => charset);
  if (!charsets.every((charset) => /^(?:utf-?8|us-ascii)$/i.test(charset))) {
    throw new CodedError('unsupported_media_type', 'the charset of the body is not UTF-8: send the body in UTF-8');
  }
}

function isEncoded(headers: FastifyRequest['headers']): boolean {
  return (headers['content-encoding'] || 'identity').toLowerCase() !== 'identity';
}

/** Makes all routes that take JSON require UTF-8. */
export const jsonBodies = fp(
  async (app) => {
    const parse = app.getDefaultJsonParser('ignore', 'ignore');
    app.addContentTypeParser(JSON_TYPE, { parseAs: 'buffer' }, (request, body, done) => {
      const text = textIn(request, body as Buffer);
      if (isTooDeep(text)) throw new CodedError('invalid_message', TOO_DEEP);
      void parse(request, text, done);
    });
  },
  { name: 'json-bodies', fastify: '5.x' },
);

/** Makes the routes of `app` take forms too; the body is what `parse` returns. */
export function addFormBodies(app: FastifyInstance, parse: (text: string) => unknown): void {
  app.addContentTypeParser(FORM_TYPE, { parseAs: 'buffer' }, (request, body, done) => {
    done(null, parse(textIn(request, body as Buffer)));
  });
}

/** The headers of a 415 response: what the service takes instead of this body (RFC 9110, section 15.5.16). */
export function servedInstead(request: FastifyRequest): Record<string, string> {
  if (isEncoded(request.headers)) return { 'accept-encoding': 'identity' };
  return { accept: typesTaken(request).join(', ') };
}

/** The refusal of a body of another type than the path takes. */
export function wrongType(request: FastifyRequest): CodedError {
  const { 'content-type': type } = request.headers;
  const given = type === undefined ? 'has no Content-Type' : 'has a Content-Type that the path does not take';
  return new CodedError('unsupported_media_type', `the body ${given}: send ${typesTaken(request).join(' or ')}`);
}

function typesTaken({ server }: FastifyRequest): string[] {
  return [JSON_TYPE, FORM_TYPE].filter((type) => server.hasContentTypeParser(type));
}
