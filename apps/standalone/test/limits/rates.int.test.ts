import { words } from '@tetracast/testing';
import { startStandalone } from '../access/start-standalone';
import { ACCESS_ENV, mint } from '../access/tokens';
import type { Who } from './client';
import { type Action, byEvent, byFrame, type Deed, DEEDS, type Scope } from './deeds';
import { stopRateClock } from '@tetracast/testing/clocks';

/** A second; twice that may come at once. */
const RATE = 2;
const BURST = 2 * RATE;

const TETRACAST = { subscribe: ['news', 'other'], publish: ['news'] };

beforeEach(stopRateClock);
afterEach(() => jest.useRealTimers());

/** Of a line, an address and a user, in this order. */
const SCOPES: readonly Scope[] = ['line', 'ip', 'user'];

/** The setting that limits one scope of an action, and no other. */
const settingOf = (action: Action, scope: Scope): string =>
  `${action.toUpperCase()}_RATE=${SCOPES.map((each) => (each === scope ? RATE : 0)).join('/')}`;

async function makeClients(scope: Scope): Promise<{ ann: Who; other: Who }> {
  const token = await mint({ tetracast: TETRACAST });
  // Behind a proxy an HTTP connection is not that of one client.
  const address = scope === 'line' ? {} : { address: '192.0.2.1' };
  const others = {
    line: {},
    ip: { address: '192.0.2.2' },
    user: { token: await mint({ sub: 'ben', tetracast: TETRACAST }) },
  };
  return { ann: { token, ...address }, other: { token, ...address, ...others[scope] } };
}

const rows = DEEDS.flatMap((deed) =>
  deed.scopes.map((scope): [string, string, Deed, Scope] => [settingOf(deed.action, scope), deed.name, deed, scope]),
);

it.each(rows)('%s holds for %s to the last one, leaves others alone, and gives again with time', async (...row) => {
  const [setting, , { action, begin, opening, refusal, stores }, scope] = row;
  const proxies = scope === 'line' ? {} : { TRUST_PROXY: '127.0.0.1' };
  const [name = '', rates = ''] = setting.split('=');
  await using service = await startStandalone({ ...ACCESS_ENV, ...proxies, [name]: rates });
  const { ann, other } = await makeClients(scope);
  const before = await service.stored();
  let served = 0;
  await using doer = await begin(service.url, ann);
  const doOnce = async (): Promise<string> => {
    const outcome = await doer.once();
    if (outcome === 'ok') served++;
    return outcome;
  };

  const outcomes: string[] = [];
  for (let count = opening; count <= BURST; count++) outcomes.push(await doOnce());
  expect(outcomes).toEqual([...Array.from({ length: BURST - opening }, () => 'ok'), refusal]);

  await using someone = await begin(service.url, other);
  expect(await someone.once()).toBe('ok');

  jest.advanceTimersByTime(1000 / RATE);
  expect([await doOnce(), await doOnce()]).toEqual(['ok', refusal]);
  const limit = scope === 'line' ? action : `${action}_per_${scope}`;
  expect(service.app.tetracast.limits.refused).toEqual([{ code: 'rate_limited', limit, count: 2 }]);
  // With that of the other, and nothing of what was refused.
  expect((await service.stored()) - before).toBe(stores * (served + 1));
});

it.each<[string, (channels: readonly string[]) => Deed['begin']]>([
  ['a subscribe frame', (channels) => byFrame(() => ({ type: 'subscribe', channels }))],
  ['an unsubscribe frame', (channels) => byFrame(() => ({ type: 'unsubscribe', channels }))],
  ['subscribe over Socket.IO', (channels) => byEvent('websocket', 'subscribe', () => ({ channels }))],
  ['unsubscribe over Socket.IO', (channels) => byEvent('websocket', 'unsubscribe', () => ({ channels }))],
])('%s counts as one for each ten channels it names', async (_, naming) => {
  await using service = await startStandalone({ SUBSCRIBE_RATE: `${RATE}/0/0` });
  const served: number[] = [];

  for (const count of [10, 11]) {
    await using doer = await naming(words(count))(service.url, {});
    const outcomes: string[] = [];
    while (outcomes.at(-1) !== 'rate_limited') outcomes.push(await doer.once());
    served.push(outcomes.filter((outcome) => outcome === 'ok').length);
  }

  // Opening the line was one of four; what is dear is a debt.
  expect(served).toEqual([3, 2]);
});
