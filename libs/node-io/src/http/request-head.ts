import { CodedError } from '@tetracast/message-model';
import type { IncomingMessage } from 'node:http';

/** Each header line and each field of a URL costs many times its bytes while a request is open; no real client sends as many. */
const HEADER_LINES_MAX = 200;
const URL_FIELDS_MAX = 1000;

/** A request target in absolute form: its authority, and what follows (RFC 9112, section 3.2.2). */
const ABSOLUTE_FORM = /^[a-z][a-z\d+.-]*:\/\/([^/?#]+)(.*)$/i;

/** A value of `Host` (RFC 9110, section 7.2): a name or an IP literal, and a port. */
const HOST = /^(?:\[[\da-f:.]+\]|[\w.~!$&'()*+,;=%-]*)(?::\d*)?$/i;

/**
 * Rewrites a request with a target in absolute form: its `url` becomes the path, its `Host` the authority of the target,
 * whatever that header said. Any other request stays as it is.
 */
export function readTarget(request: IncomingMessage): void {
  const { url = '', headers, rawHeaders } = request;
  if (url.startsWith('/')) return;
  const [, authority, rest = ''] = ABSOLUTE_FORM.exec(url) ?? [];
  if (authority === undefined) return;
  request.url = rest.startsWith('/') ? rest : `/${rest}`;
  headers.host = authority;
  for (let i = 0; i < rawHeaders.length; i += 2) if (isHost(rawHeaders[i])) rawHeaders[i + 1] = authority;
}

/** Why the head of a request cannot be served, on any path, as an upgrade or not (RFC 9112, section 3.2). */
export function refusalOfHead(
  request: Pick<IncomingMessage, 'headers' | 'rawHeaders' | 'httpVersion' | 'url'>,
): CodedError | undefined {
  const { headers, rawHeaders, httpVersion, url = '' } = request;
  // First: Node.js 20 drops the lines after 2000, and the Host or the length of a body may be among them.
  if (hasTooManyLines(request)) return invalid(`a request may have at most ${HEADER_LINES_MAX} header lines`);
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) if (isHost(rawHeaders[i])) hosts++;
  if (hosts === 0 && httpVersion !== '1.0') return invalid('the header Host is missing');
  if (hosts > 1) return invalid('the header Host stands there more than once');
  if (!HOST.test(headers.host ?? '')) return invalid('the host is none: a name or an address is wanted, and a port');
  const coding = headers['transfer-encoding'];
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') {
    return invalid('"Transfer-Encoding" may only be "chunked": send the body as it is');
  }
  if (!url.startsWith('/') && url !== '*')
    return invalid('the target of the request is neither a path nor a whole URL');
  let fields = 0;
  for (let i = url.indexOf('&'); i >= 0; i = url.indexOf('&', i + 1)) fields++;
  if (fields >= URL_FIELDS_MAX) return invalid(`a URL may have at most ${URL_FIELDS_MAX} fields`);
  return undefined;
}

/** Whether the request has more header lines than the server accepts. */
export function hasTooManyLines({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>): boolean {
  return rawHeaders.length > HEADER_LINES_MAX * 2;
}

function isHost(name: string | undefined): boolean {
  return name?.length === 4 && name.toLowerCase() === 'host';
}

function invalid(message: string): CodedError {
  return new CodedError('invalid_request', message);
}
