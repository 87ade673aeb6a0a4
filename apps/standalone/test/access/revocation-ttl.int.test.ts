import { stopTimeAndIntervals } from '@tetracast/testing/clocks';
import { bearer, revoke } from './renewal';
import { type Standalone, startStandalone } from './start-standalone';
import { ACCESS_ENV, mint, nowS } from './tokens';

const TTL_MS = 60_000;

beforeEach(stopTimeAndIntervals);
afterEach(() => jest.useRealTimers());

const statusOf = async ({ url }: Standalone, token: string): Promise<number> =>
  (await fetch(`${url}/polling?channel=news`, { headers: bearer(token) })).status;

it('a revocation is kept for REVOCATION_TTL; a token that lives longer is good again then, and no other', async () => {
  await using service = await startStandalone({ ...ACCESS_ENV, REVOCATION_TTL: '1m' });
  const endless = await mint({ jti: 'taken-back', exp: undefined });
  const bounded = await mint({ jti: 'taken-back', exp: nowS() + TTL_MS / 1000 });
  await revoke(service.url, { jti: 'taken-back' });
  for (const token of [endless, bounded]) expect(await statusOf(service, token)).toBe(401);

  jest.advanceTimersByTime(TTL_MS - 1);
  for (const token of [endless, bounded]) expect(await statusOf(service, token)).toBe(401);
  // What is forgotten is looked for once a minute.
  jest.advanceTimersByTime(TTL_MS + 1);
  expect([await statusOf(service, endless), await statusOf(service, bounded)]).toEqual([200, 401]);
});

it('a revoked token never comes back where MAX_TOKEN_AGE ends it before', async () => {
  await using service = await startStandalone({ ...ACCESS_ENV, REVOCATION_TTL: '1m', MAX_TOKEN_AGE: '1m' });
  const [revoked, other] = await Promise.all(
    ['taken-back', 'other'].map((jti) => mint({ jti, iat: nowS(), exp: undefined })),
  );
  await revoke(service.url, { jti: 'taken-back' });
  jest.advanceTimersByTime(TTL_MS - 1001);
  expect([await statusOf(service, revoked!), await statusOf(service, other!)]).toEqual([401, 200]);
  jest.advanceTimersByTime(TTL_MS + 1001);
  expect([await statusOf(service, revoked!), await statusOf(service, other!)]).toEqual([401, 401]);
});
