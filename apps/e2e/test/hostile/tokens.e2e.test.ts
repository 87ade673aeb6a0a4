import fc from 'fast-check';
import { SignJWT } from 'jose';
import { describeUnderFire } from './describe-under-fire';
import { expectKnown, isAnswered, readAnswers } from './http-answer';
import { encodeRequest, type OddRequest } from './http-arbitraries';
import { RawConnection } from './raw-connection';
import { encodeText, RawWebSocket } from './raw-websocket';

const AUTH_SECRET = 'a secret of the tests, of more than 32 bytes';

/** What those are answered who may not revoke. */
const NO_ADMIN = [400, 401, 403, 404, 405];

const PATHS = ['/sse/ticket', '/connections/x/token', '/revocations', '/polling', '/sse', '/socket.io/'];
const ODD_HEADERS = [
  '{"alg":"none"}',
  '{"alg":"HS256","crit":["x"],"x":1}',
  '{"alg":["HS256"]}',
  '{"alg":"HS256","kid":7}',
];
const ODD_CLAIMS = [
  '{}',
  '[]',
  'null',
  '7',
  '{"exp":"soon"}',
  '{"exp":1e999}',
  '{"sub":{"a":1}}',
  '{"__proto__":{"admin":true}}',
];

const base64 = (text: string): string => Buffer.from(text).toString('base64url');

/** Tokens that nobody signed so: parts of a good one changed, put together again, or no token at all. */
function tokensLike(good: string): fc.Arbitrary<string> {
  const [head = '', claims = '', signature = ''] = good.split('.');
  const part = (own: string, odd: string[]): fc.Arbitrary<string> =>
    fc.oneof(fc.constant(own), fc.constantFrom(...odd.map(base64)), fc.json().map(base64), fc.base64String());
  const parts = fc.tuple(
    part(head, ODD_HEADERS),
    part(claims, ODD_CLAIMS),
    fc.oneof(fc.constantFrom(signature, ''), fc.base64String()),
  );
  const cut = fc.nat(good.length).map((at) => good.slice(0, at));
  const text = fc.string({ maxLength: 60 }).map((odd) => encodeURIComponent(odd));
  return fc.oneof(
    parts.map((all) => all.join('.')),
    cut,
    text,
    fc.nat(9000).map((length) => 'a'.repeat(length)),
  );
}

describeUnderFire(
  'tokens and tickets that nobody gave',
  (attack) => {
    let good: string;
    let requests: fc.Arbitrary<OddRequest>;

    beforeAll(async () => {
      const claims = { sub: 'ann', tetracast: { subscribe: ['*'], publish: ['*'] } };
      good = await new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256' })
        .setExpirationTime('1h')
        .sign(new TextEncoder().encode(AUTH_SECRET));
      requests = fc
        .record({
          method: fc.constantFrom('GET', 'POST'),
          path: fc.constantFrom(...PATHS),
          token: fc.oneof({ weight: 5, arbitrary: tokensLike(good) }, { weight: 1, arbitrary: fc.constant(good) }),
          carrier: fc.constantFrom('bearer', 'token', 'ticket', 'cookie', 'protocol'),
          origin: fc.boolean(),
          body: fc.oneof(fc.constant(''), fc.json(), fc.constantFrom('{"sub":"ben"}', '{"jti":7}', '{"sub":{}}')),
        })
        .map(({ method, path, token, carrier, origin, body }) => {
          const query = carrier === 'token' || carrier === 'ticket' ? `&${carrier}=${token}` : '';
          const headers: [string, string][] = [['Content-Type', 'application/json']];
          if (carrier === 'bearer') headers.push(['Authorization', `Bearer ${token}`]);
          if (carrier === 'cookie') headers.push(['Cookie', `a=b; tetracast_token=${token}`]);
          if (carrier === 'protocol')
            headers.push(['Sec-WebSocket-Protocol', `tetracast.v1, tetracast.token.${token}`]);
          if (origin) headers.push(['Origin', 'http://127.0.0.1']);
          return {
            method,
            target: `${path}?channel=fuzz${query}`,
            headers,
            body: Buffer.from(method === 'GET' ? '' : body),
          };
        });
    });

    it('are answered by a documented status', async () => {
      const later: fc.Arbitrary<OddRequest> = fc.constant(undefined).chain(() => requests);
      await attack().expectForAll(500, later, async (request) => {
        using connection = await RawConnection.open(attack().target.port);
        await connection.send(encodeRequest(request));
        const { method, target } = request;
        const [answer] = readAnswers(await connection.until((received) => isAnswered(received, method)), method);
        expect(answer).toBeDefined();
        expectKnown(answer!, target, method);
        // Nobody here is an administrator.
        const allowed = target.startsWith('/revocations') ? NO_ADMIN : [answer!.status];
        expect(allowed).toContain(answer!.status);
      });
    });

    it('are answered in frames by errors, and the connection stays or is closed', async () => {
      const frames = fc.constant(undefined).chain(() => fc.array(tokensLike(good), { minLength: 1, maxLength: 5 }));
      await attack().expectForAll(100, frames, async (tokens) => {
        using socket = await RawWebSocket.open(attack().target.port, '/ws?channel=fuzz');
        for (const token of tokens) await socket.connection.send(encodeText(JSON.stringify({ type: 'auth', token })));
        await attack().target.passed();
      });
    });
  },
  { AUTH_SECRET, PUBLIC_SUBSCRIBE: '*', PUBLIC_PUBLISH: '*' },
);
