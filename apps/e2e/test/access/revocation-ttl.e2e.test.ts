import { stopTimeAndIntervals } from '@tetracast/testing/clocks';
import { bearer, revoke } from './renewal';
import { type Standalone, startStandalone } from './start-standalone';
import { ACCESS_ENV, mint, nowS } from './tokens';

const TTL_MS = 60_000;

beforeEach(stopTimeAndIntervals);
afterEach(() => jest.useRealTimers());

const statusOf = async ({ url }: Standalone, token: string): Promise<number> =>
  (await fetch(`${url}/polling?channel=news`, { headers: bearer(token) })).status;

it('a revocation is kept for REVOCATION_TTL; after it only a token that has not expired is accepted', async () => {
  await using service = await startStandalone({ ...ACCESS_ENV, REVOCATION_TTL: '1m' });
  const endless = await mint({ jti: 'revoked-jti', exp: undefined });
  const bounded = await mint({ jti: 'revoked-jti', exp: nowS() + TTL_MS / 1000 });
  await revoke(service.url, { jti: 'revoked-jti' });
  for (const token of [endless, bounded]) expect(await statusOf(service, token)).toBe(401);

  jest.advanceTimersByTime(TTL_MS - 1);
  for (const token of [endless, bounded]) expect(await statusOf(service, token)).toBe(401);
  // The server removes old revocations once a minute.
  jest.advanceTimersByTime(TTL_MS + 1);
  expect([await statusOf(service, endless), await statusOf(service, bounded)]).toEqual([200, 401]);
});

it('a revoked token is never accepted again where MAX_TOKEN_AGE ends it before', async () => {
  await using service = await startStandalone({ ...ACCESS_ENV, REVOCATION_TTL: '1m', MAX_TOKEN_AGE: '1m' });
  const [revoked, other] = await Promise.all(
    ['revoked-jti', 'other'].map((jti) => mint({ jti, iat: nowS(), exp: undefined })),
  );
  await revoke(service.url, { jti: 'revoked-jti' });
  jest.advanceTimersByTime(TTL_MS - 1001);
  expect([await statusOf(service, revoked!), await statusOf(service, other!)]).toEqual([401, 200]);
  jest.advanceTimersByTime(TTL_MS + 1001);
  expect([await statusOf(service, revoked!), await statusOf(service, other!)]).toEqual([401, 401]);
});
