import { until } from '@tetracast/testing';
import { stopRateClock } from '@tetracast/testing/clocks';
import { startStandalone } from '../access/start-standalone';
import { ACCESS_ENV, mint } from '../access/tokens';
import { CONNECTION_KINDS, type OpenConnection } from './connection-kinds';
import { RATED_ACTIONS } from './rated-actions';

afterEach(() => jest.useRealTimers());

it.each([
  ['PUBLISH_RATE', 'user', 'publish'],
  ['PUBLISH_RATE', 'address', 'publish'],
  ['SUBSCRIBE_RATE', 'user', 'subscribe'],
  ['SUBSCRIBE_RATE', 'address', 'subscribe'],
])('%s of one %s is one for all transports', async (setting, scope, action) => {
  const rated = RATED_ACTIONS.filter((each) => each.action === action);
  const spent = rated.reduce((sum, { opening }) => sum + opening + 1, 0);
  // Twice the rate may come at once: at least one more than all actions.
  const rate = Math.ceil((spent + 1) / 2);
  stopRateClock();
  await using service = await startStandalone({
    ...ACCESS_ENV,
    [setting]: scope === 'user' ? `0/0/${rate}` : `0/${rate}/0`,
  });
  const identity = { token: await mint({ tetracast: { subscribe: ['news', 'other'], publish: ['news'] } }) };
  const clients = await Promise.all(rated.map(({ start }) => start(service.url, identity)));

  for (const client of clients) expect(await client.act()).toBe('ok');
  for (let rest = 2 * rate - spent; rest > 0; rest--) expect(await clients[0]?.act()).toBe('ok');
  const refused = [];
  for (const client of clients) refused.push(await client.act());
  expect(refused).toEqual(rated.map(({ refusal }) => refusal));
  await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
});

it('MAX_CONNECTIONS_PER_USER is one for all transports', async () => {
  await using service = await startStandalone({
    ...ACCESS_ENV,
    MAX_CONNECTIONS_PER_USER: String(CONNECTION_KINDS.length),
  });
  const identity = { token: await mint() };
  const opened: OpenConnection[] = [];
  for (const { open } of CONNECTION_KINDS) opened.push((await open(service, identity)) as OpenConnection);

  for (const { open, refusals } of CONNECTION_KINDS) expect(await open(service, identity)).toBe(refusals.user);
  for (const connection of opened) await connection[Symbol.asyncDispose]();
  await until(() => service.connections() === 0);
});
