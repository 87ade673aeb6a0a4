import { startRedis } from '@tetracast/testing';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LOAD_CORE, pin } from '../load';
import { ROOT } from '../places';
import type { Rates, System } from '../system';

const run = promisify(execFile);

const SCRIPTS = join(ROOT, 'libs/bus/src/redis/scripts');
const MESSAGE = `{}\n"${'x'.repeat(256)}"`;

/** Redis alone with the script that stores a message, called by redis-benchmark: what a publish cannot be faster than. */
export const lua: System = {
  name: 'the script alone (redis-benchmark)',
  transport: 'none',
  start: async () => {
    const redis = await startRedis();
    await pin(redis.pid);
    return {
      pids: [redis.pid],
      load: {},
      rates: async (calls) => callScript(redis.port, calls),
      [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose](),
    };
  },
};

async function callScript(port: number, calls: number): Promise<Rates> {
  const parts = ['partition.lua', 'messages/store.lua', 'webhooks/webhooks.lua', 'messages/append.lua'].map((name) =>
    readFile(join(SCRIPTS, name), 'utf8'),
  );
  const text = (await Promise.all(parts)).join('\n');
  const sha = createHash('sha1').update(text).digest('hex');
  await run('redis-cli', ['-p', String(port), 'SCRIPT', 'LOAD', text]);
  // Keys and arguments as append.lua names them; redis-benchmark puts one of 50 numbers for __rand_int__.
  const channel = 'bench-__rand_int__';
  const args = [
    ...['EVALSHA', sha, '4', '{b}:partition', '{b}:last', `{b}:log:${channel}`, `{b}:end:${channel}`],
    ...['candidate', '', '0', '200000'],
    ...['{b}:announce:', `${channel}\n1000 600000\n`, '1', '1\n', MESSAGE],
  ];
  const benchmark = ['-p', String(port), '-c', '50', '-P', '4', '-r', '50', '-n', String(calls), '--csv', ...args];
  const { stdout } = await run('taskset', ['-c', String(LOAD_CORE), 'redis-benchmark', ...benchmark]);
  const [, perSecond, , , p50, , p99] = (stdout.trim().split('\n').at(-1) ?? '')
    .split(',')
    .map((cell) => cell.replaceAll('"', ''));
  return { perSecond: Number(perSecond), p50Ms: Number(p50), p99Ms: Number(p99) };
}
