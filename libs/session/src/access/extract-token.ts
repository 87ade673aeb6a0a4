import { CodedError } from '@tetracast/message-model';
import { parseCookie } from 'cookie';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { queryOf } from '@tetracast/node-io';
import { single } from '../subscription-request';

/** The cookie that may contain a token. The server never sets it. */
const TOKEN_COOKIE = 'tetracast_token';

/** A browser cannot set headers of a WebSocket, so it sends a token as one more subprotocol. */
const TOKEN_SUBPROTOCOL = 'tetracast.token.';

/** The parts of a request that may contain a token. */
type Carrier = Pick<IncomingMessage, 'headers' | 'url'>;

const TOKEN_HEADERS = ['authorization', 'sec-websocket-protocol', 'cookie', 'origin', 'sec-fetch-site'] as const;

/**
 * The token of a request. The first of these counts: `Authorization: Bearer` (RFC 6750), `?token=`, a subprotocol
 * `tetracast.token.<token>`, the cookie.
 *
 * A browser adds cookies to the requests of any page. So the server uses the cookie only if the browser names the page: by an
 * `Origin`, which the server has already checked, or by `Sec-Fetch-Site: same-origin`.
 *
 * @throws CodedError `unauthorized` for a cookie without such a header, or a header without a token; `invalid_request`
 */
export function extractToken(request: Carrier): string | undefined {
  const { headers } = request;
  return (
    bearerToken(headers) ??
    // The query is parsed again: that is cheap, and not every request has passed a route.
    (single(queryOf(request), 'token') || undefined) ??
    offeredIn(headers) ??
    cookieIn(headers)
  );
}

/** The part of a request that {@link extractToken} reads. It is kept longer than the request, and much smaller. */
export function pickTokenCarrier({ headers, url = '' }: Carrier): Carrier {
  const kept = TOKEN_HEADERS.filter((name) => headers[name] !== undefined);
  return { headers: Object.fromEntries(kept.map((name) => [name, headers[name]])), url };
}

/** The token in `Authorization: Bearer`. @throws CodedError `unauthorized` for the scheme without a token */
export function bearerToken({ authorization = '' }: IncomingHttpHeaders): string | undefined {
  // Any other scheme is for another program, such as a proxy in front of the server.
  const [, token] = /^bearer(?: +(.*))?$/i.exec(authorization.trim()) ?? [];
  if (token === undefined && !/^bearer$/i.test(authorization.trim())) return undefined;
  if (!token) throw new CodedError('unauthorized', 'the Authorization header has no token: send "Bearer <token>"');
  return token;
}

function offeredIn(headers: IncomingHttpHeaders): string | undefined {
  const offers = headers['sec-websocket-protocol']?.split(',').map((offer) => offer.trim()) ?? [];
  const offer = offers.find((name) => name.startsWith(TOKEN_SUBPROTOCOL));
  return offer?.slice(TOKEN_SUBPROTOCOL.length) || undefined;
}

function cookieIn(headers: IncomingHttpHeaders): string | undefined {
  const { cookie, origin } = headers;
  const token = cookie === undefined ? undefined : parseCookie(cookie)[TOKEN_COOKIE];
  if (!token) return undefined;
  if (origin !== undefined || headers['sec-fetch-site'] === 'same-origin') return token;
  throw new CodedError(
    'unauthorized',
    'the server accepts a token in a cookie only from a browser, which sends "Origin" or "Sec-Fetch-Site: same-origin": send the token in the Authorization header',
  );
}
