import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RedisServer, startRedis } from '@tetracast/testing';
import { type Bus, BusUnavailableError, RedisBus } from '../../src';
import { describeBus } from '../bus.contract';
import { publication, readAll, SETTINGS, seqsOf } from '../contract/harness';
import { eventually } from '../eventually';
import { ready } from '../ready';
import { RedisHarness } from './redis-harness';

/** The rules of docs/operations.md, which an operator copies. */
const OPERATIONS = readFileSync(join(__dirname, '../../../../docs/operations.md'), 'utf8');
const [, RULES = ''] = /^ACL SETUSER tetracast on >secret ([^`]+)/m.exec(OPERATIONS) ?? [];
const WORDS = RULES.split(/[\s\\]+/).filter(Boolean);
const LEAST = WORDS.filter((word) => word.startsWith('+'));
const PATTERNS = WORDS.filter((word) => !word.startsWith('+'));
/** As Redis 6 and 7 say it, outside of scripts and inside. */
const REFUSED = /NOPERM|The user executing the script can't|ACL failure/;
const SCRIPTS = join(__dirname, '../../src/redis/scripts');

const redisOf = async (...rules: string[]): Promise<RedisServer> => {
  const redis = await startRedis();
  await redis.command('ACL', 'SETUSER', 'app', 'reset', 'on', '>p@ss', ...rules);
  return redis;
};
const urlAs = (redis: RedisServer): string => redis.url.replace('//', '//app:p%40ss@');

const keep: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of keep.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

async function start(...rules: string[]): Promise<{ redis: RedisServer; bus: RedisBus }> {
  const redis = await redisOf(...rules);
  const bus = new RedisBus(urlAs(redis), SETTINGS, { heartbeatMs: 50 });
  keep.push(redis, { [Symbol.asyncDispose]: () => bus.close() });
  return { redis, bus };
}

async function messagesIn(redis: RedisServer): Promise<unknown[]> {
  const keys = (await redis.command('KEYS', '*:log:*')) as string[];
  return keys.filter((key) => !key.endsWith('$proof'));
}

/** Expects that nothing is stored and that the error holds the reason. */
async function expectRefused(bus: Bus, redis: RedisServer, reason: RegExp): Promise<void> {
  const once = publication('a', { idempotencyKey: 'k' });
  await expect(bus.append(once)).rejects.toThrow(BusUnavailableError);
  await expect(bus.append(once)).rejects.toThrow(reason);
  expect(Object.values(await bus.check()).join()).toMatch(reason);
  expect(await messagesIn(redis)).toEqual([]);
  expect(await redis.command('KEYS', '*once*')).toEqual([]);
}

it('proves every command that a script runs, and the documents name each', () => {
  const commandsIn = (name: string): string[] =>
    [...readFileSync(join(SCRIPTS, name), 'utf8').matchAll(/'([A-Z]+)'[,)]/g)].map(([, command = '']) => command);
  const scripts = readdirSync(SCRIPTS, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.lua') && name !== 'prove.lua',
  );
  const used = new Set(
    scripts.flatMap(commandsIn).filter((word) => !['MAXLEN', 'MINID', 'COUNT', 'LIMIT', 'PX'].includes(word)),
  );
  expect(commandsIn('prove.lua')).toEqual(expect.arrayContaining([...used]));
  expect(LEAST).toEqual(expect.arrayContaining([...used].map((command) => `+${command.toLowerCase()}`)));
});

it.each([
  ['no channels', ['~*', '+@all', 'resetchannels'], REFUSED],
  ['other channels', ['~*', '+@all', '&other*'], REFUSED],
  ['no publish', ['~*', '&*', '+@all', '-publish'], REFUSED],
  ['no dangerous commands', ['~*', '&*', '+@all', '-@dangerous'], /NOPERM.*'info'/],
  ['no writes', ['~*', '&*', '+@all', '-@write'], REFUSED],
  ['no streams', ['~*', '&*', '+@all', '-@stream'], REFUSED],
  ['no expiry', ['~*', '&*', '+@all', '-pexpire'], REFUSED],
  ['no scripts', ['~*', '&*', '+@all', '-@scripting'], REFUSED],
  ['another key prefix', ['~other:*', '&*', '+@all'], REFUSED],
  ['keys to read only', ['%R~*', '&*', '+@all'], REFUSED],
  ['a disabled user', ['~*', '&*', '+@all', 'off'], /WRONGPASS.*BUS_URL/],
])('stores nothing by halves for a user with %s, and says why', async (_, rules, reason) => {
  const { redis, bus } = await start(...rules);
  await expectRefused(bus, redis, reason);
});

it.each([
  ['publish', '-publish', /PUBLISH/],
  ['channels', 'resetchannels', REFUSED],
  ['streams', '-@stream', REFUSED],
])('takes nothing more after %s was taken away, and goes on when it is back', async (_, rule, reason) => {
  const { redis, bus } = await start('~*', '&*', '+@all');
  await ready(bus);
  await redis.command('ACL', 'SETUSER', 'app', rule);
  await expectRefused(bus, redis, reason);
  await redis.command('ACL', 'SETUSER', 'app', '~*', '&*', '+@all');
  const { seq } = await eventually(() => bus.append(publication('a', { idempotencyKey: 'k' })));
  expect(seqsOf(await readAll(bus, 'a'))).toEqual([seq]);
});

it('is not ready for a user that may not subscribe, while other processes receive what it stores', async () => {
  const { bus } = await start('~*', '&*', '+@all', '-subscribe');
  await eventually(() => bus.append(publication('a')));
  expect(await bus.check()).toMatchObject({
    announce: 'ok',
    hear: expect.stringMatching(/NOPERM.*'subscribe'/) as string,
  });
});

describe('a user that may not SELECT', () => {
  const rules = ['~*', '&*', '+@all', '-select'];

  it('may use database 0', async () => {
    const { bus } = await start(...rules);
    await ready(bus);
    await expect(bus.append(publication('a'))).resolves.toMatchObject({ seq: 1 });
  });

  it('may use no other database, and nothing is stored in database 0 instead', async () => {
    const redis = await redisOf(...rules);
    const bus = new RedisBus(`${urlAs(redis)}/3`, SETTINGS);
    keep.push(redis, { [Symbol.asyncDispose]: () => bus.close() });
    await expectRefused(bus, redis, /NOPERM.*'select'/);
    await expect(readAll(bus, 'a')).rejects.toThrow(BusUnavailableError);
    expect(await redis.command('DBSIZE')).toBe(0);
  });
});

it('refuses a database that the server does not have, and stores nothing in database 0 instead', async () => {
  const redis = await startRedis();
  const bus = new RedisBus(`${redis.url}/99`, SETTINGS);
  keep.push(redis, { [Symbol.asyncDispose]: () => bus.close() });
  await expectRefused(bus, redis, /BUS_URL names a database that this server does not have/);
  await expect(bus.subscribe('a')).rejects.toThrow(BusUnavailableError);
  expect(await redis.command('DBSIZE')).toBe(0);
});

describe('the least rights that are documented', () => {
  let redis: RedisServer;
  const harness = new RedisHarness(
    () => redis,
    () => `${urlAs(redis)}/1`,
  );

  beforeAll(async () => {
    redis = await redisOf('~{tetracast}*', '&{tetracast}*', ...LEAST, '+select');
  });

  afterEach(() => harness.close());

  afterAll(async () => {
    await redis[Symbol.asyncDispose]();
  });

  describeBus('RedisBus', harness);

  it('are the least: each of them is missed', async () => {
    const setUser = (...rules: string[]) => redis.command('ACL', 'SETUSER', 'app', ...rules);
    await setUser('-select', 'resetkeys', 'resetchannels', ...PATTERNS);
    const whole = new RedisBus(urlAs(redis), SETTINGS, { heartbeatMs: 20 });
    await ready(whole);
    await whole.close();
    for (const rule of [...LEAST, ...PATTERNS]) {
      await setUser(...(rule.startsWith('+') ? [rule.replace('+', '-')] : ['resetkeys', 'resetchannels']));
      const without = new RedisBus(urlAs(redis), SETTINGS, { heartbeatMs: 20 });
      // Scripts are sent by their digests from the second time on.
      let found: string;
      do found = `${rule},${Object.values<string>({ ...(await without.check()) }).join()}`;
      while (/^[^,]*(,ok)+$/.test(found));
      expect(found).toMatch(REFUSED);
      await without.close();
      await setUser(...PATTERNS, ...LEAST);
    }
  });
});
