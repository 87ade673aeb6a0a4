import { words } from '@tetracast/testing';
import { stopRateClock } from '@tetracast/testing/clocks';
import { type Standalone, startStandalone } from '../access/start-standalone';
import { ACCESS_ENV, mint } from '../access/tokens';
import type { ClientIdentity } from './http-connection';
import { type Action, byEvent, byFrame, RATED_ACTIONS, type RatedAction, type Scope } from './rated-actions';

/** Per second; twice as many may come at once. */
const RATE = 2;
const BURST = 2 * RATE;

const TETRACAST = { subscribe: ['news', 'other'], publish: ['news'] };

/** In the order of the setting. */
const SCOPES: readonly Scope[] = ['connection', 'ip', 'user'];
const ACTIONS: readonly Action[] = ['publish', 'subscribe', 'poll'];

// For all tests of the file: the rates of a service must not see the clock jump back.
beforeAll(stopRateClock);
afterAll(() => jest.useRealTimers());

/** The setting that limits one scope of an action, and no other. */
const settingOf = (action: Action, scope: Scope): [name: string, rates: string] => [
  `${action.toUpperCase()}_RATE`,
  SCOPES.map((each) => (each === scope ? RATE : 0)).join('/'),
];

/** Two clients that share everything but `scope`, and share that with no client made before. */
async function makeClients(scope: Scope, nth: number): Promise<{ ann: ClientIdentity; other: ClientIdentity }> {
  const token = await mint({ sub: `ann-${nth}`, tetracast: TETRACAST });
  // Behind a proxy an HTTP connection is not that of one client.
  const address = scope === 'connection' ? {} : { address: `192.0.2.${2 * nth + 1}` };
  const others = {
    connection: {},
    ip: { address: `192.0.2.${2 * nth + 2}` },
    user: { token: await mint({ sub: `ben-${nth}`, tetracast: TETRACAST }) },
  };
  return { ann: { token, ...address }, other: { token, ...address, ...others[scope] } };
}

const settings = ACTIONS.flatMap((action) =>
  SCOPES.map((scope) => [...settingOf(action, scope), action, scope] as const),
);

describe.each(settings)('%s=%s', (name, rates, action, scope) => {
  let service: Standalone;
  let clients = 0;

  beforeAll(async () => {
    const proxies = scope === 'connection' ? {} : { TRUST_PROXY: '127.0.0.1' };
    service = await startStandalone({ ...ACCESS_ENV, ...proxies, [name]: rates });
  });

  afterAll(() => service.close());

  const refusals = (): readonly { code: string; limit: string; count: number }[] => service.tetracast.limits.refused;

  const rows = RATED_ACTIONS.filter((rated) => rated.action === action && rated.scopes.includes(scope)).map(
    (rated): [string, RatedAction] => [rated.name, rated],
  );

  it.each(rows)('holds for %s to the last one, leaves others alone, and allows more with time', async (_, rated) => {
    const { start, opening, refusal, stores } = rated;
    const { ann, other } = await makeClients(scope, clients++);
    const storedBefore = await service.stored();
    const refusedBefore = refusals()[0]?.count ?? 0;
    let served = 0;
    await using client = await start(service.url, ann);
    const actOnce = async (): Promise<string> => {
      const outcome = await client.act();
      if (outcome === 'ok') served++;
      return outcome;
    };

    const outcomes: string[] = [];
    for (let count = opening; count <= BURST; count++) outcomes.push(await actOnce());
    expect(outcomes).toEqual([...Array.from({ length: BURST - opening }, () => 'ok'), refusal]);

    await using another = await start(service.url, other);
    expect(await another.act()).toBe('ok');

    jest.advanceTimersByTime(1000 / RATE);
    expect([await actOnce(), await actOnce()]).toEqual(['ok', refusal]);
    const limit = scope === 'connection' ? action : `${action}_per_${scope}`;
    expect(refusals()).toEqual([{ code: 'rate_limited', limit, count: refusedBefore + 2 }]);
    // With the action of the other client, and without those that were refused.
    expect((await service.stored()) - storedBefore).toBe(stores * (served + 1));
  });
});

describe('a request that names many channels', () => {
  let service: Standalone;

  beforeAll(async () => {
    service = await startStandalone({ SUBSCRIBE_RATE: `${RATE}/0/0` });
  });

  afterAll(() => service.close());

  it.each<[string, (channels: readonly string[]) => RatedAction['start']]>([
    ['a subscribe frame', (channels) => byFrame(() => ({ type: 'subscribe', channels }))],
    ['an unsubscribe frame', (channels) => byFrame(() => ({ type: 'unsubscribe', channels }))],
    ['subscribe over Socket.IO', (channels) => byEvent('websocket', 'subscribe', () => ({ channels }))],
    ['unsubscribe over Socket.IO', (channels) => byEvent('websocket', 'unsubscribe', () => ({ channels }))],
  ])('counts as one for each ten channels: %s', async (_, naming) => {
    const served: number[] = [];

    for (const count of [10, 11]) {
      await using client = await naming(words(count))(service.url, {});
      const outcomes: string[] = [];
      while (outcomes.at(-1) !== 'rate_limited') outcomes.push(await client.act());
      served.push(outcomes.filter((outcome) => outcome === 'ok').length);
    }

    // Opening the connection was one of four; an expensive request leaves a debt.
    expect(served).toEqual([3, 2]);
  });
});
