import { until } from '@tetracast/testing';
import { startStandalone } from '../access/start-standalone';
import { ACCESS_ENV, mint } from '../access/tokens';
import { DEEDS } from './deeds';
import { type Line, WAYS } from './lines';
import { stopRateClock } from './stopped-clocks';

afterEach(() => jest.useRealTimers());

it.each([
  ['PUBLISH_RATE', 'user', 'publish'],
  ['PUBLISH_RATE', 'address', 'publish'],
  ['SUBSCRIBE_RATE', 'user', 'subscribe'],
  ['SUBSCRIBE_RATE', 'address', 'subscribe'],
])('%s of one %s is one for all transports', async (setting, scope, action) => {
  const deeds = DEEDS.filter((deed) => deed.action === action);
  const spent = deeds.reduce((sum, { opening }) => sum + opening + 1, 0);
  // Twice the rate may come at once: one more than there is to do.
  const rate = Math.ceil((spent + 1) / 2);
  stopRateClock();
  await using service = await startStandalone({
    ...ACCESS_ENV,
    [setting]: scope === 'user' ? `0/0/${rate}` : `0/${rate}/0`,
  });
  const who = { token: await mint({ tetracast: { subscribe: ['news', 'other'], publish: ['news'] } }) };
  const doers = await Promise.all(deeds.map(({ begin }) => begin(service.url, who)));

  for (const doer of doers) expect(await doer.once()).toBe('ok');
  for (let left = 2 * rate - spent; left > 0; left--) expect(await doers[0]?.once()).toBe('ok');
  const refused = [];
  for (const doer of doers) refused.push(await doer.once());
  expect(refused).toEqual(deeds.map(({ refusal }) => refusal));
  await Promise.all(doers.map((doer) => doer[Symbol.asyncDispose]()));
});

it('MAX_CONNECTIONS_PER_USER is one for all transports', async () => {
  await using service = await startStandalone({ ...ACCESS_ENV, MAX_CONNECTIONS_PER_USER: String(WAYS.length) });
  const who = { token: await mint() };
  const lines: Line[] = [];
  for (const { open } of WAYS) lines.push((await open(service, who)) as Line);

  for (const { open, refusals } of WAYS) expect(await open(service, who)).toBe(refusals.user);
  for (const line of lines) await line[Symbol.asyncDispose]();
  await until(() => service.app.tetracast.hub.stats.connections === 0);
});
