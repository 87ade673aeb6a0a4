import { attempt } from './attempt';
import { CARRIERS, type Carrier, cookieWith, type Transport, TRANSPORTS } from './carriers';
import { revoke } from './renewal';
import { type Standalone, startStandalone } from './start-standalone';
import { ACCESS_ENV, mint, PAGE, REVOKED_JTI, TOKEN_CASES, type TokenCase } from './tokens';

const PAYLOAD = 'what only those may see who are allowed to';

let service: Standalone;
/** Right before the message. */
let cursor: string;

beforeAll(async () => {
  service = await startStandalone(ACCESS_ENV);
  cursor = await service.store('other', 'the one before');
  await service.store('news', PAYLOAD);
  await revoke(service.url, { jti: REVOKED_JTI });
});

afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const rows = TRANSPORTS.flatMap((transport) =>
  CARRIERS.filter(({ transports }) => transports.includes(transport)).flatMap((carrier) =>
    TOKEN_CASES.map((token): [Transport, string, string, Carrier, TokenCase] => [
      transport,
      carrier.name,
      token.what,
      carrier,
      token,
    ]),
  ),
);

describe.each(rows)('%s, with a token in %s that is %s', (transport, _carrier, _what, { name, carry }, token) => {
  it.each([
    ['subscribes from the start of the log', () => 'earliest'],
    ['goes on from a cursor', () => cursor],
  ])(`${token.outcome === 'ok' ? '' : 'is refused: '}%s`, async (_, after) => {
    const act = { kind: 'subscribe', channel: 'news', after: after(), until: PAYLOAD } as const;
    const { code, bytes } = await attempt(service.url, transport, carry(await token.make()), act);

    expect(code).toBe(token.outcome);
    expect(bytes.includes(PAYLOAD)).toBe(token.outcome === 'ok');
  });

  it(`${token.outcome === 'ok' ? '' : 'is refused: '}publishes`, async () => {
    const before = await service.stored();
    const act = { kind: 'publish', channel: 'news', data: 'x' } as const;
    const { code } = await attempt(service.url, transport, carry(await token.make()), act);

    // A ticket is for an event stream, and good for nothing else.
    const outcome = name === 'a ticket' ? 'unauthorized' : token.outcome;
    expect(code).toBe(outcome);
    expect((await service.stored()) - before).toBe(outcome === 'ok' ? 1 : 0);
  });
});

describe.each(TRANSPORTS)('%s', (transport) => {
  it.each([
    ['no page named by the browser', {}],
    ['another site', { 'sec-fetch-site': 'cross-site' }],
  ])('takes no cookie from %s', async (_, more) => {
    const headers = { cookie: cookieWith(await mint()), ...more };
    const act = { kind: 'subscribe', channel: 'news', after: 'earliest', until: PAYLOAD } as const;
    const { code, bytes } = await attempt(service.url, transport, { headers }, act);

    expect([code, bytes.includes(PAYLOAD)]).toEqual(['unauthorized', false]);
  });

  it('does not fall back to a good cookie behind a bad token', async () => {
    const headers = { cookie: cookieWith(await mint()), origin: PAGE, authorization: 'Bearer a.b.c' };
    const act = { kind: 'publish', channel: 'news', data: 'x' } as const;

    expect(await attempt(service.url, transport, { headers }, act)).toMatchObject({ code: 'unauthorized' });
  });
});
