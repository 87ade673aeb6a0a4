import { TokenBucket } from '../../src/limits/token-bucket';

function takeAll(bucket: TokenBucket, now: number): number {
  let taken = 0;
  while (bucket.take(now)) taken++;
  return taken;
}

it('lets two seconds of its rate through at once, and then its rate', () => {
  const bucket = new TokenBucket(10, 0);
  expect(takeAll(bucket, 0)).toBe(20);
  expect(takeAll(bucket, 99)).toBe(0);
  expect(takeAll(bucket, 100)).toBe(1);
  expect(takeAll(bucket, 1100)).toBe(10);
  expect(takeAll(bucket, 1_000_000)).toBe(20);
});

it('is limited by what others have spent, and never owes more than it holds', () => {
  const bucket = new TokenBucket(10, 0);
  bucket.limitTo(5, 0);
  bucket.limitTo(15, 0);
  expect(takeAll(bucket, 0)).toBe(5);
  bucket.limitTo(-1000, 0);
  expect(takeAll(bucket, 2000)).toBe(0);
  expect(takeAll(bucket, 2100)).toBe(1);
});

it('says whether there is a token, and takes none', () => {
  const bucket = new TokenBucket(10, 0);
  for (let asked = 0; asked < 100; asked++) expect(bucket.hasToken(0)).toBe(true);
  expect(takeAll(bucket, 0)).toBe(20);
  expect([bucket.hasToken(0), bucket.hasToken(100)]).toEqual([false, true]);
});
