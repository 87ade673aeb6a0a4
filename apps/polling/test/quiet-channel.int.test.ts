import { type Positions, RedisBus } from '@tetracast/bus';
import { type RedisServer, startRedis, uniqueChannel } from '@tetracast/testing';
import { publish, type TestService } from '@tetracast/service-kit/testing';
import { poll, startService } from './start-service';

/** Redis is not proved again while the test counts: that is a script each time. */
const NO_SELF_CHECK = { heartbeatMs: 3_600_000 };

/** Rates are counted in Redis, too: a round trip four times a second, however many poll. */
const UNCOUNTED = { POLL_RATE: '0/0/100' };

/** Tells apart what the hub asks by itself, once every few seconds, and what a poll makes it ask. */
class ObservedBus extends RedisBus {
  /** Comparisons of the open channels with the log: begun, and done. */
  begun = 0;
  done = 0;

  override async positions(channels: readonly string[]): Promise<Positions> {
    if (channels.length === 0) return super.positions(channels);
    this.begun++;
    try {
      return await super.positions(channels);
    } finally {
      this.done++;
    }
  }
}

const POLLS = 100;

let redis: RedisServer;
let bus: ObservedBus;
let service: TestService;

beforeAll(async () => {
  redis = await startRedis();
  bus = new ObservedBus(redis.url, { retention: { size: 100, ttlMs: 60_000 } }, NO_SELF_CHECK);
  service = await startService(UNCOUNTED, { bus });
});

afterAll(async () => {
  await service.close();
  await bus.close();
  await redis[Symbol.asyncDispose]();
});

/** How many scripts Redis has run: whatever a service asks of its log is one. */
async function scriptsRun(): Promise<number> {
  const stats = String(await redis.command('INFO', 'commandstats'));
  const calls = [...stats.matchAll(/^cmdstat_(?:eval|evalsha|fcall):calls=(\d+)/gm)];
  return calls.reduce((sum, [, count]) => sum + Number(count), 0);
}

/** Scripts run so far without those of the comparisons, none of which is under way while Redis is asked. */
async function scriptsAsked(buses: readonly ObservedBus[]): Promise<number> {
  const begun = (): number => buses.reduce((sum, each) => sum + each.begun, 0);
  const done = (): number => buses.reduce((sum, each) => sum + each.done, 0);
  for (;;) {
    const before = done();
    const scripts = await scriptsRun();
    if (begun() === before) return scripts - before;
  }
}

/** Scripts run while `action` lasts, without those of the comparisons. */
async function scriptsFor(action: () => Promise<void>, ...others: readonly ObservedBus[]): Promise<number> {
  const before = await scriptsAsked([bus, ...others]);
  await action();
  return (await scriptsAsked([bus, ...others])) - before;
}

/** A channel that is open here, with one message that was announced; resolves to its cursor. */
async function quietChannel(): Promise<{ channel: string; cursor: string }> {
  const channel = uniqueChannel();
  await poll(service, `channel=${channel}`);
  const waiting = poll(service, `channel=${channel}&wait=20&after=earliest`);
  await publish(service, channel, ['the only one']);
  return { channel, cursor: (await waiting).cursor };
}

describe('short polls of a quiet channel', () => {
  it.each<[string, number, (channel: string, cursor: string) => Promise<{ status: number }>]>([
    ['after a cursor', 200, (channel, cursor) => poll(service, `channel=${channel}&after=${cursor}`)],
    ['for all there is', 200, (channel) => poll(service, `channel=${channel}&after=earliest`)],
    [
      'with If-None-Match',
      304,
      (channel, cursor) => poll(service, `channel=${channel}`, { headers: { 'if-none-match': `"${cursor}"` } }),
    ],
  ])('%s ask Redis nothing', async (_, status, ask) => {
    const { channel, cursor } = await quietChannel();
    await ask(channel, cursor);

    const scripts = await scriptsFor(async () => {
      for (let i = 0; i < POLLS; i++) expect((await ask(channel, cursor)).status).toBe(status);
    });

    expect(scripts).toBe(0);
  });

  it('ask Redis nothing in a process that has heard of no message yet', async () => {
    const { channel, cursor } = await quietChannel();
    const ownBus = new ObservedBus(redis.url, { retention: { size: 100, ttlMs: 60_000 } }, NO_SELF_CHECK);
    const fresh = await startService(UNCOUNTED, { bus: ownBus });
    const ask = (): ReturnType<typeof poll> => poll(fresh, `channel=${channel}&after=${cursor}`);
    await ask();

    const scripts = await scriptsFor(async () => {
      for (let i = 0; i < POLLS; i++) expect((await ask()).status).toBe(200);
    }, ownBus);
    await fresh.close();

    expect(scripts).toBe(0);
  });

  it('without a cursor ask where the log stands, and read nothing', async () => {
    const { channel } = await quietChannel();

    const scripts = await scriptsFor(async () => {
      for (let i = 0; i < POLLS; i++) expect((await poll(service, `channel=${channel}`)).messages).toEqual([]);
    });

    expect(scripts).toBe(POLLS);
  });
});
