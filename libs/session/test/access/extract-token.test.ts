import type { IncomingHttpHeaders } from 'node:http';
import { extractToken, pickTokenCarrier } from '../../src/access/extract-token';

const cookie = 'tetracast_token=by-cookie';
const origin = 'https://page.example';
const offers = { 'sec-websocket-protocol': 'tetracast.v1, tetracast.token.by-offer' };

const carried = (headers: IncomingHttpHeaders, url = '/sse?channel=a'): string | undefined =>
  extractToken({ headers, url });

const refusal = (code: string): Error => expect.objectContaining({ name: 'CodedError', code }) as Error;

describe('a token is found', () => {
  it.each<[string, IncomingHttpHeaders, string, string]>([
    ['in the header', { authorization: 'Bearer t.o-k_e~n+/==' }, '/', 't.o-k_e~n+/=='],
    ['in the header, whatever the case of the scheme', { authorization: ' bEaReR   token ' }, '/', 'token'],
    ['in the query', {}, '/sse?channel=a&token=by-query', 'by-query'],
    ['in the query, decoded', {}, '/?token=a%2Bb', 'a+b'],
    ['among the subprotocols', offers, '/ws', 'by-offer'],
    ['in the cookie, from a page with an origin', { cookie, origin }, '/', 'by-cookie'],
    ['in the cookie, from the same origin', { cookie, 'sec-fetch-site': 'same-origin' }, '/', 'by-cookie'],
    ['in the cookie, among others', { cookie: `a=1; ${cookie}; b=2`, origin }, '/', 'by-cookie'],
    ['in the header before the query', { authorization: 'Bearer by-header', ...offers }, '/?token=no', 'by-header'],
    ['in the query before the subprotocols', { ...offers, cookie, origin }, '/?token=by-query', 'by-query'],
    ['among the subprotocols before the cookie', { ...offers, cookie }, '/', 'by-offer'],
    ['past credentials for somebody else', { authorization: 'Basic YTpi' }, '/?token=by-query', 'by-query'],
    ['past a scheme that only begins so', { authorization: 'Bearerish x', ...offers }, '/', 'by-offer'],
  ])('%s', (_, headers, url, token) => {
    const request = { headers: { ...headers, 'user-agent': 'long' }, url };
    expect(extractToken(request)).toBe(token);
    expect(extractToken(pickTokenCarrier(request))).toBe(token);
    expect(pickTokenCarrier(request).headers).not.toHaveProperty('user-agent');
  });
});

describe('there is none', () => {
  it.each<[string, IncomingHttpHeaders, string]>([
    ['at all', {}, '/sse'],
    ['in an empty query parameter', {}, '/sse?token='],
    ['in an empty subprotocol', { 'sec-websocket-protocol': 'tetracast.token.' }, '/ws'],
    ['in another subprotocol', { 'sec-websocket-protocol': 'x-tetracast.token.a, TETRACAST.TOKEN.b' }, '/ws'],
    ['in an empty cookie', { cookie: 'tetracast_token=', origin }, '/'],
    ['in a cookie of another name', { cookie: 'tetracast_tokens=x; xtetracast_token=y', origin }, '/'],
    ['in a cookie of an inherited name', { cookie: '__proto__=tetracast_token', origin }, '/'],
  ])('%s', (_, headers, url) => {
    expect(carried(headers, url)).toBeUndefined();
  });
});

describe('what cannot be meant is refused', () => {
  it.each(['Bearer', 'bearer ', 'Bearer    '])('the header "%s"', (authorization) => {
    expect(() => carried({ authorization }, '/?token=by-query')).toThrow(refusal('unauthorized'));
  });

  it('a token twice in the query', () => {
    expect(() => carried({}, '/?token=a&token=b')).toThrow(refusal('invalid_request'));
  });

  it.each<[string, IncomingHttpHeaders]>([
    ['without an origin', {}],
    ['from another page of the site', { 'sec-fetch-site': 'same-site' }],
    ['from another site', { 'sec-fetch-site': 'cross-site' }],
    ['typed in by its user', { 'sec-fetch-site': 'none' }],
  ])('a cookie %s', (_, headers) => {
    expect(() => carried({ cookie, ...headers })).toThrow(refusal('unauthorized'));
  });
});
