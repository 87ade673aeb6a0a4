import { once } from 'node:events';
import { type RedisServer, startRedis } from '@tetracast/testing';
import { BusUnavailableError } from '../../../src';
import { parseAddress } from '../../../src/redis/address/redis-address';
import { RedisConnection } from '../../../src/redis/connection/redis-connection';
import { eventually } from '../../eventually';

let redis: RedisServer;
let line: RedisConnection;

beforeEach(async () => {
  redis = await startRedis();
  line = new RedisConnection(parseAddress(redis.url), 'line');
});

afterEach(async () => {
  await line.close();
  await redis[Symbol.asyncDispose]();
});

it('stays with the primary that switchTo names', async () => {
  await line.run((client) => client.ping());
  const { stream } = line.redis;
  line.switchTo('127.0.0.1', redis.port);
  await line.run((client) => client.ping());
  expect(line.redis.stream).toBe(stream);
});

it('leaves a server that is no longer the primary, with what that has not answered', async () => {
  await line.run((client) => client.ping());
  await redis.kill('SIGSTOP');
  const asked = line.run((client) => client.ping());
  line.switchTo('127.0.0.1', redis.port + 1);
  await expect(asked).rejects.toThrow(BusUnavailableError);
  await redis.kill('SIGCONT');
  await expect(eventually(() => line.run((client) => client.ping()))).resolves.toBe('PONG');
});

it('leaves a former primary as soon as it is ready, when switchTo came before', async () => {
  await line.close();
  line = new RedisConnection(parseAddress(redis.url), 'line'); // it cannot stand before this turn is over
  line.switchTo('127.0.0.1', redis.port + 1);
  await once(line.redis, 'ready');
  await once(line.redis, 'close');
  await once(line.redis, 'ready');
  await expect(eventually(() => line.run((client) => client.ping()))).resolves.toBe('PONG');
});

it('rejects commands during refuseFor, also pending ones, until switchTo', async () => {
  await line.run((client) => client.ping());
  await redis.kill('SIGSTOP');
  const asked = line.run((client) => client.ping());
  line.refuseFor(600_000);
  await expect(asked).rejects.toThrow(BusUnavailableError);
  await redis.kill('SIGCONT');
  await once(line.redis, 'ready');
  await expect(line.run((client) => client.ping())).rejects.toThrow(/about to become the primary/);
  line.switchTo('127.0.0.1', redis.port);
  await expect(eventually(() => line.run((client) => client.ping()))).resolves.toBe('PONG');
});

it('refuses for that time only', async () => {
  line.refuseFor(20);
  await expect(eventually(() => line.run((client) => client.ping()))).resolves.toBe('PONG');
});

it('waits longer each time when it is led to a replica again and again', async () => {
  await eventually(() => line.run((client) => client.ping()));
  await redis.command('REPLICAOF', '127.0.0.1', 1);
  await expect(line.run((client) => client.set('k', 'v'))).rejects.toThrow(/READONLY/);
  const refusals: number[] = [];
  while (refusals.length < 5) {
    await once(line.redis, 'close');
    refusals.push(performance.now());
  }
  // At least half of 50 ms doubled four times, by a timer that may be some ms early; 100 at the most if it were not doubled.
  expect(refusals[4]! - refusals[3]!).toBeGreaterThanOrEqual(300);
});
