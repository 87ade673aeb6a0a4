import { RELAY_FAILURES, type RelayFailure, type RelayFailureCode } from '@tetracast/message-model';
import { requestOutside } from '@tetracast/node-io';
import type { Settings } from '@tetracast/service-kit';
import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Ending } from './relay-log';
import { type BodyKind, bodyKindOf } from './splitter';

type RelayTarget = Settings['relays'] extends ReadonlyMap<string, infer Target> ? Target : never;

/** What a client sends to a relay. */
export interface RelayCall {
  /** The name of the relay. */
  readonly name: string;
  readonly target: RelayTarget;
  /** One of those in the target, or empty. */
  readonly suffix: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The answer of an upstream that has begun. */
export interface UpstreamAnswer {
  readonly contentType: string;
  readonly kind: BodyKind;
  readonly body: IncomingMessage;
}

/** The answer is not whole, for a reason that clients learn. */
export class RelayError extends Error {
  override readonly name = 'RelayError';

  constructor(readonly failure: RelayFailure) {
    super(failure.error);
  }
}

/** `more` are further members of the failure; its `detail` follows the text of the code. */
export function relayError(
  code: RelayFailureCode,
  { detail, ...more }: Pick<RelayFailure, 'status' | 'body'> & { detail?: string } = {},
): RelayError {
  return new RelayError({ code, error: RELAY_FAILURES[code] + (detail === undefined ? '' : `: ${detail}`), ...more });
}

/** The end of an answer that is not whole. */
export const failed = (code: RelayFailureCode): Ending => ({ state: 'failed', ...relayError(code).failure });

/**
 * Sends the request to the upstream. Resolves when the upstream has begun to answer with something that can be passed on.
 * `maxBytes` limits the body of a refusal. @throws RelayError
 */
export async function callUpstream(
  { target, suffix, headers, body }: RelayCall,
  signal: AbortSignal,
  maxBytes: number,
): Promise<UpstreamAnswer> {
  const request = {
    url: urlOf(target.url, suffix),
    headers: headersFor(target, headers),
    body,
    signal,
    keepAlive: true,
  };
  // Its reason may be a name or an address of the operator's network, which is nothing for a client.
  const response = await requestOutside(request).catch((cause: unknown) => {
    throw Object.assign(relayError('upstream_unreachable'), { cause });
  });
  response.on('error', () => undefined);
  const { statusCode: status = 0 } = response;
  const contentType = response.headers['content-type'] ?? '';
  if (status >= 300 && status < 400) throw refuse(response, relayError('upstream_invalid', { detail: 'a redirect' }));
  if (status < 200 || status >= 300) throw await refusalIn(response, contentType, maxBytes);
  const kind = bodyKindOf(contentType);
  if (kind === undefined)
    throw refuse(
      response,
      relayError('upstream_invalid', { detail: 'its content type is neither SSE, NDJSON, JSON nor text' }),
    );
  if ((response.headers['content-encoding'] ?? 'identity') !== 'identity')
    throw refuse(response, relayError('upstream_invalid', { detail: 'its body is compressed' }));
  return { contentType, kind, body: response };
}

/** The suffix is one of the operator's, so nothing in it changes the host. */
function urlOf(base: URL, suffix: string): URL {
  if (suffix === '') return base;
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${suffix}`;
  return url;
}

function headersFor({ headers, forward }: RelayTarget, given: IncomingHttpHeaders): Record<string, string> {
  const passed = forward.flatMap((name): [string, string][] => {
    const { [name]: value } = given;
    return value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]];
  });
  return { ...Object.fromEntries(passed), ...headers, 'accept-encoding': 'identity' };
}

function refuse(response: IncomingMessage, error: RelayError): RelayError {
  response.destroy();
  return error;
}

/** The error of an upstream that refuses: with its body, if that is JSON of a size that a message can hold. */
async function refusalIn(response: IncomingMessage, contentType: string, maxBytes: number): Promise<RelayError> {
  const { statusCode: status = 0 } = response;
  const isJson = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(contentType);
  const body = isJson ? await readBody(response, maxBytes) : undefined;
  response.destroy();
  return relayError('upstream_refused', { detail: String(status), status, ...(body === undefined ? {} : { body }) });
}

async function readBody(response: IncomingMessage, maxBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) return undefined;
      chunks.push(chunk);
    }
    const body = Buffer.concat(chunks);
    if (!isUtf8(body)) return undefined;
    JSON.parse(body.toString());
    return body.toString();
  } catch {
    return undefined;
  }
}
