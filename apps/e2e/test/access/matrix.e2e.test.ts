import { NO_LIMITS } from '@tetracast/testing';
import { ACTIONS, type Aim } from './attempts/actions';
import { attempt } from './attempts/attempt';
import { CARRIERS, type Carrier, cookieWith, type Transport, TRANSPORTS } from './attempts/carriers';
import { revoke } from './renewal';
import { leaveSession } from './attempts/socketio-attempt';
import { type Standalone, startStandalone } from './start-standalone';
import { ACCESS_ENV, mint, PAGE, REVOKED_JTI, TOKEN_CASES, type TokenCase } from './tokens';

const PAYLOAD = 'what only permitted clients may read';

let service: Standalone;
let aim: Aim;

beforeAll(async () => {
  service = await startStandalone({ ...NO_LIMITS, ...ACCESS_ENV });
  const cursor = await service.store('other', 'the one before');
  await service.store('news', PAYLOAD);
  await revoke(service.url, { jti: REVOKED_JTI });
  const session = async (by?: 'namespace'): Promise<string> => leaveSession(service.url, await mint(), 'news', by);
  aim = { channel: 'news', payload: PAYLOAD, cursor, session };
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
  const actions = ACTIONS.filter(({ transports }) => transports.includes(transport)).map((action) => {
    const { what, needs } = action;
    const refusal = needs.map((right) => token[right]).find((outcome) => outcome !== 'ok');
    // A ticket is for an event stream, and good for nothing else.
    const outcome = name === 'a ticket' && needs.includes('publish') ? 'unauthorized' : (refusal ?? 'ok');
    return [outcome === 'ok' ? what : `is refused: ${what}`, action, outcome] as const;
  });

  it.each(actions)('%s', async (_, { act, needs }, outcome) => {
    const tried = await act(aim);
    const before = await service.stored();
    const { code, bytes } = await attempt(service.url, transport, carry(await token.make()), tried);

    const done = outcome === 'ok';
    const publishes = needs.includes('publish');
    expect({ code, sees: bytes.includes(PAYLOAD), stored: (await service.stored()) - before }).toEqual({
      code: outcome,
      sees: done && !publishes,
      stored: done && publishes ? 1 : 0,
    });
  });
});

describe.each(TRANSPORTS)('%s', (transport) => {
  it.each([
    ['no page named by the browser', {}],
    ['another site', { 'sec-fetch-site': 'cross-site' }],
  ])('takes no cookie from %s', async (_, more) => {
    const headers = { cookie: cookieWith(await mint()), ...more };
    const start = { after: 'earliest' };
    const act = { kind: 'subscribe', channel: 'news', start, until: PAYLOAD } as const;
    const { code, bytes } = await attempt(service.url, transport, { headers }, act);

    expect([code, bytes.includes(PAYLOAD)]).toEqual(['unauthorized', false]);
  });

  it('does not fall back to a good cookie behind a bad token', async () => {
    const headers = { cookie: cookieWith(await mint()), origin: PAGE, authorization: 'Bearer a.b.c' };
    const act = { kind: 'publish', channel: 'news', data: 'x' } as const;

    expect(await attempt(service.url, transport, { headers }, act)).toMatchObject({ code: 'unauthorized' });
  });
});
