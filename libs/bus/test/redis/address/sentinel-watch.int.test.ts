import { pollUntil, type RedisServer, startRedis, until } from '@tetracast/testing';
import { parseSentinelUrl } from '../../../src/redis/address/sentinel-url';
import { SentinelWatch } from '../../../src/redis/address/sentinel-watch';

// To a client a Sentinel is a Redis that publishes: an ordinary one publishes just what a test wants.
let redis: RedisServer;
let watch: SentinelWatch;
let reported: string[];

beforeEach(async () => {
  redis = await startRedis();
  reported = [];
  watch = new SentinelWatch(parseSentinelUrl(`redis+sentinel://127.0.0.1:${redis.port}/main`), {
    onPromoting: () => void reported.push('promoting'),
    onSwitched: (host, port) => void reported.push(`${host} ${port}`),
  });
});

afterEach(async () => {
  await watch.close();
  await redis[Symbol.asyncDispose]();
});

async function publish(event: string, text: string): Promise<void> {
  await pollUntil(
    () => redis.command('PUBLISH', event, text),
    (receivers) => receivers !== 0,
  );
}

async function reportedAll(count: number): Promise<string[]> {
  await until(() => reported.length >= count);
  return reported;
}

it('reports its own primary only', async () => {
  const promoting = '+failover-state-send-slaveof-noone';
  await publish('+switch-master', 'other 10.0.0.1 1 10.0.0.2 2');
  await publish(promoting, 'slave 10.0.0.2:2 10.0.0.2 2 @ other 10.0.0.1 1');
  await publish(promoting, 'slave 10.0.0.2:2 10.0.0.2 2 @ main 10.0.0.1 1');
  await publish('+switch-master', 'main 10.0.0.1 1 10.0.0.2 2');
  expect(await reportedAll(2)).toEqual(['promoting', '10.0.0.2 2']);
});

it('reconnects to a Sentinel that was down', async () => {
  await publish('+switch-master', 'main 10.0.0.1 1 10.0.0.2 2');
  await redis.restart();
  await publish('+switch-master', 'main 10.0.0.2 2 10.0.0.1 1');
  expect(await reportedAll(2)).toEqual(['10.0.0.2 2', '10.0.0.1 1']);
});
