import { nodeRuntime } from '@tetracast/node-io/runtime';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { freePort, type RedisServer, startRedis } from '@tetracast/testing';
import { createBus, RedisBus } from '../../src';
import { publication, SETTINGS } from '../contract/harness';
import { ready } from '../ready';

const SECRET = 'hunter2';

let redis: RedisServer;
let printed: jest.SpyInstance[];

beforeEach(async () => {
  redis = await startRedis();
  await redis.command('ACL', 'SETUSER', 'weak', 'on', `>${SECRET}`, '~*', '&*', '+@all', '-@dangerous');
  printed = (['log', 'info', 'warn', 'error'] as const).map((name) => jest.spyOn(console, name).mockReturnValue());
});

afterEach(async () => {
  await redis[Symbol.asyncDispose]();
});

/** Keeps what is logged and lets a test wait for it. */
class Lines {
  readonly all: string[] = [];
  private changed: () => void = () => undefined;
  readonly error = (fields: object, text: string): void => this.add(`${text} ${JSON.stringify(fields)}`);
  readonly info = (text: string): void => this.add(text);

  async match(pattern: RegExp): Promise<void> {
    while (!this.all.some((line) => pattern.test(line))) await new Promise<void>((resolve) => (this.changed = resolve));
  }

  private add(line: string): void {
    this.all.push(line);
    this.changed();
  }
}

it.each([
  [
    'a wrong password',
    (port: number) => `redis://:${SECRET}@127.0.0.1:${port}`,
    /WRONGPASS.*check user and password in BUS_URL/,
  ],
  ['a refused connection', () => `redis://:${SECRET}@127.0.0.1:1`, /ECONNREFUSED 127.0.0.1:1 \(check host and port/],
  ['an unknown host', () => `redis://:${SECRET}@no-host.invalid`, /(ENOTFOUND|EAI_AGAIN) no-host.invalid \(check host/],
  ['missing rights', (port: number) => `redis://weak:${SECRET}@127.0.0.1:${port}`, /NOPERM.*lacks a right/],
  ['no such database', (port: number) => `redis://127.0.0.1:${port}/99`, /BUS_URL names a database/],
  [
    'Sentinels that are away',
    () => `redis+sentinel://:${SECRET}@127.0.0.1:1/main`,
    /sentinels are unreachable.*check the Sentinels in BUS_URL/,
  ],
  ['a Sentinel that is away', () => `redis+sentinel://127.0.0.1:1/main`, /the Sentinel at 127.0.0.1:1 .*ECONNREFUSED/],
])('logs %s once, without the password, and ioredis prints nothing', async (_, urlOf, wanted) => {
  const lines = new Lines();
  if (_.includes('password')) await redis.command('CONFIG', 'SET', 'requirepass', 'other');
  const bus = createBus(urlOf(redis.port), SETTINGS, { logger: lines });
  await lines.match(wanted);
  // Many attempts later.
  for (let turn = 0; turn < 5; turn++) await bus.append(publication('a')).catch(() => undefined);
  await bus.close();
  expect(lines.all.filter((line) => wanted.test(line))).toHaveLength(1);
  expect(lines.all.join()).not.toContain(SECRET);
  for (const spy of printed) expect(spy).not.toHaveBeenCalled();
});

it('logs what closes every connection without a word', async () => {
  const server = createServer((socket) => socket.on('error', () => undefined).end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const lines = new Lines();
  const bus = createBus(`redis://127.0.0.1:${(server.address() as AddressInfo).port}`, SETTINGS, { logger: lines });
  await lines.match(/the connection was closed/);
  await bus.close();
  server.close();
  expect(lines.all).toHaveLength(1);
});

it('logs the same reason again after 30 s, and that it works again when all of it does', async () => {
  const port = await freePort();
  const lines = new Lines();
  let now = 0;
  const bus = new RedisBus(`redis://127.0.0.1:${port}`, SETTINGS, {
    logger: lines,
    runtime: { ...nodeRuntime, monotonicMs: () => now },
  });
  await lines.match(/ECONNREFUSED/);
  const count = (): number => lines.all.filter((line) => line.includes('ECONNREFUSED')).length;
  expect(count()).toBe(1);
  now = 30_000;
  while (count() < 2) await new Promise((resolve) => setImmediate(resolve));
  await using late = await startRedis({ port });
  await lines.match(/^Redis can be used again$/);
  await ready(bus);
  expect(late.port).toBe(port);
  expect(lines.all.filter((line) => line.includes('again'))).toHaveLength(1);
  expect(count()).toBe(2);
  await bus.close();
});
