import { createBus, MemoryBus, RedisBus } from '../src';
import { SETTINGS } from './contract/harness';

it('makes the bus the URL names', async () => {
  const memory = createBus('memory:', SETTINGS);
  expect(memory).toBeInstanceOf(MemoryBus);
  await memory.close();
  for (const url of ['redis://127.0.0.1:1', 'rediss://127.0.0.1:1/2', 'redis://user:a,b@127.0.0.1:1']) {
    const redis = createBus(url, SETTINGS);
    expect(redis).toBeInstanceOf(RedisBus);
    await redis.close();
  }
});

it.each(['redis-sentinel://a:1/0?master=m', 'sentinel://a', 'REDIS+SENTINEL://a/m'])(
  'says how Sentinel is named: %s',
  (url) => expect(() => createBus(url, SETTINGS)).toThrow(/redis\+sentinel:\/\/host,host\/primary-name/),
);

it.each(['redis+cluster://a', 'redis://a:1,b:2', 'rediss://u:p@a,b/0'])(
  'says that Cluster is not supported yet: %s',
  (url) => expect(() => createBus(url, SETTINGS)).toThrow(/Redis Cluster is not supported yet/),
);

it.each(['', 'memory', 'memory://x', 'http://a', 'localhost:6379', '/run/redis.sock'])(
  'refuses what is no bus: %s',
  (url) => {
    expect(() => createBus(url, SETTINGS)).toThrow(/^BUS_URL: must begin with memory:, redis:/);
  },
);

it('shows no password', () => {
  expect(() => createBus('redi://:secret@a', SETTINGS)).toThrow(/^((?!secret).)*$/);
});
