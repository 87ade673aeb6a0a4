import { CodedError } from '@tetracast/message-model';
import { parseCookie } from 'cookie';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { queryOf } from '@tetracast/node-io';
import { single } from '../subscription-request';

/** The cookie that may hold a token; the server never sets it. */
const TOKEN_COOKIE = 'tetracast_token';

/** A browser's WebSocket can set no headers: it sends a token as one more subprotocol it offers. */
const TOKEN_SUBPROTOCOL = 'tetracast.token.';

/** What of a request may carry a token. */
type Carrier = Pick<IncomingMessage, 'headers' | 'url'>;

const TOKEN_HEADERS = ['authorization', 'sec-websocket-protocol', 'cookie', 'origin', 'sec-fetch-site'] as const;

/**
 * The token that a request carries, the first there is of: `Authorization: Bearer` (RFC 6750), `?token=`, for a WebSocket a
 * subprotocol `tetracast.token.<token>`, and the cookie.
 *
 * A browser adds cookies to the requests of any page, so the cookie counts only where the browser says that the page is one
 * that may use the service: by its `Origin`, which has been checked by then, or by `Sec-Fetch-Site: same-origin`.
 *
 * @throws CodedError `unauthorized` for a cookie alone without that, or a header that holds no token; `invalid_request`
 */
export function extractToken(request: Carrier): string | undefined {
  const { headers } = request;
  return (
    bearerIn(headers) ??
    // The query is read again: it is cheap, and not every request has passed a route.
    (single(queryOf(request), 'token') || undefined) ??
    offeredIn(headers) ??
    cookieIn(headers)
  );
}

/** The part of a request that {@link extractToken} reads, to be kept longer than the request: a browser sends much besides. */
export function pickTokenCarrier({ headers, url = '' }: Carrier): Carrier {
  const kept = TOKEN_HEADERS.filter((name) => headers[name] !== undefined);
  return { headers: Object.fromEntries(kept.map((name) => [name, headers[name]])), url };
}

function bearerIn({ authorization = '' }: IncomingHttpHeaders): string | undefined {
  // Any other scheme is for another program, such as a proxy in front.
  const [, token] = /^bearer(?: +(.*))?$/i.exec(authorization.trim()) ?? [];
  if (token === undefined && !/^bearer$/i.test(authorization.trim())) return undefined;
  if (!token) throw new CodedError('unauthorized', 'the Authorization header holds no token: send "Bearer <token>"');
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
    'a token in a cookie is accepted only with the header "Origin" or "Sec-Fetch-Site" of a browser',
  );
}
