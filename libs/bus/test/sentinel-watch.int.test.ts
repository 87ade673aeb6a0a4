import { pollUntil, type RedisServer, startRedis, until } from '@tetracast/testing';
import { parseSentinelUrl } from '../src/redis/address/sentinel-url';
import { SentinelWatch } from '../src/redis/address/sentinel-watch';

// To a client a Sentinel is a Redis that publishes: an ordinary one says just what a test wants.
let redis: RedisServer;
let watch: SentinelWatch;
let told: string[];

beforeEach(async () => {
  redis = await startRedis();
  told = [];
  watch = new SentinelWatch(parseSentinelUrl(`redis+sentinel://127.0.0.1:${redis.port}/main`), {
    onPromoting: () => void told.push('promoting'),
    onSwitched: (host, port) => void told.push(`${host} ${port}`),
  });
});

afterEach(async () => {
  watch.close();
  await redis[Symbol.asyncDispose]();
});

async function say(news: string, text: string): Promise<void> {
  await pollUntil(
    () => redis.command('PUBLISH', news, text),
    (heardBy) => heardBy !== 0,
  );
}

async function toldAll(count: number): Promise<string[]> {
  await until(() => told.length >= count);
  return told;
}

it('reports its own primary only', async () => {
  const promoting = '+failover-state-send-slaveof-noone';
  await say('+switch-master', 'other 10.0.0.1 1 10.0.0.2 2');
  await say(promoting, 'slave 10.0.0.2:2 10.0.0.2 2 @ other 10.0.0.1 1');
  await say(promoting, 'slave 10.0.0.2:2 10.0.0.2 2 @ main 10.0.0.1 1');
  await say('+switch-master', 'main 10.0.0.1 1 10.0.0.2 2');
  expect(await toldAll(2)).toEqual(['promoting', '10.0.0.2 2']);
});

it('reconnects to a Sentinel that was down', async () => {
  await say('+switch-master', 'main 10.0.0.1 1 10.0.0.2 2');
  await redis.restart();
  await say('+switch-master', 'main 10.0.0.2 2 10.0.0.1 1');
  expect(await toldAll(2)).toEqual(['10.0.0.2 2', '10.0.0.1 1']);
});
