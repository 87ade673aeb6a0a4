import { setTimeout as delay } from 'node:timers/promises';
import { freePort, type RedisServer, type SentinelServer, startRedis, startSentinel } from '@tetracast/testing';
import { type AppendResult, type Bus, BusUnavailableError, createBus, RedisBus } from '../../../src';
import { appendTo, publication, readAll, SETTINGS, seqsOf } from '../../contract/harness';
import { eventually } from '../../eventually';
import { Recorder } from '../../recorder';

const opened: AsyncDisposable[] = [];

function keep<T extends AsyncDisposable>(resource: T): T {
  opened.push(resource);
  return resource;
}

afterEach(async () => {
  for (const resource of opened.splice(0).reverse()) await resource[Symbol.asyncDispose]();
});

interface Group {
  readonly primary: RedisServer;
  readonly replica: RedisServer;
  readonly sentinel: SentinelServer;
}

/** Far more than a busy machine can hold the primary up for: no replica is to take over but where a test wants it. */
const NEVER_DOWN_MS = 60_000;

async function startGroup(conf: readonly string[] = []): Promise<Group> {
  const primary = keep(await startRedis({ appendOnly: true }));
  const replica = keep(await startRedis({ appendOnly: true, replicaOf: primary }));
  return { primary, replica, sentinel: keep(await startSentinel({ primary, conf, downAfterMs: NEVER_DOWN_MS })) };
}

/** Has the Sentinel take a primary for down from now on that does not answer for a moment. */
async function noticeSoon(sentinel: SentinelServer): Promise<void> {
  await sentinel.command('SENTINEL', 'SET', sentinel.name, 'down-after-milliseconds', 300);
}

function connect(url: string, commandTimeoutMs = 10_000): { bus: RedisBus; recorder: Recorder } {
  const bus = new RedisBus(
    url,
    { retention: { size: 100_000, ttlMs: 600_000 } },
    { commandTimeoutMs, heartbeatMs: 100 },
  );
  const recorder = new Recorder();
  bus.listen(recorder);
  keep({ [Symbol.asyncDispose]: () => bus.close() });
  return { bus, recorder };
}

/** Appends one message after the other, whatever comes of it; `stop` returns the acknowledged ones. */
function publishOn(bus: Bus, channel: string): { stop(): Promise<AppendResult[]>; refused(): number } {
  const acknowledged: AppendResult[] = [];
  let refused = 0;
  let stopped = false;
  const run = async (): Promise<void> => {
    while (!stopped) {
      try {
        acknowledged.push(await bus.append(publication(channel)));
      } catch (error) {
        if (!(error instanceof BusUnavailableError)) throw error;
        refused++;
      }
      await delay(1);
    }
  };
  const running = run();
  return {
    refused: () => refused,
    stop: async () => {
      stopped = true;
      await running;
      return acknowledged;
    },
  };
}

it.each([
  ['SENTINEL FAILOVER', true, ({ sentinel }: Group) => sentinel.command('SENTINEL', 'FAILOVER', sentinel.name)],
  ['kill of the primary', false, async ({ primary, sentinel }: Group) => (await noticeSoon(sentinel), primary.kill())],
])('follows the primary after a %s, in a new epoch', async (_, isPlanned, fail) => {
  const group = await startGroup();
  const { bus, recorder } = connect(group.sentinel.url);
  await bus.subscribe('a');
  const before = await bus.append(publication('a'));
  await group.primary.command('WAIT', 1, 5000);
  const publisher = publishOn(bus, 'a');
  await recorder.received(before.seq + 20);
  await fail(group);
  await recorder.until(() => recorder.resubscribed > 0 && new Set(recorder.epochs).size > 1);
  const acknowledged = await publisher.stop();
  const after = await eventually(() => bus.append(publication('a')));
  await recorder.received(after.seq);

  expect(publisher.refused()).toBeGreaterThan(0);
  expect(after.epoch).not.toBe(before.epoch);
  expect(new Set(acknowledged.map(({ epoch }) => epoch))).toEqual(new Set([before.epoch, after.epoch]));
  expect(await group.replica.command('ROLE')).toMatchObject({ 0: 'master' });
  // A primary that is replaced is left before that, and its replica has everything by then; one that is killed may take
  // its very last word with it.
  const certain = acknowledged.filter(({ epoch }) => isPlanned || epoch === after.epoch);
  const stored = new Set(seqsOf(await readAll(bus, 'a')));
  expect([before, ...certain, after].filter(({ seq }) => !stored.has(seq))).toEqual([]);
  expect(new Set(certain.map(({ seq }) => seq)).size).toBe(certain.length);
});

it('leaves a primary that only the other servers have lost, before that one knows', async () => {
  const { primary, replica, sentinel } = await startGroup();
  const { bus, recorder } = connect(sentinel.url);
  await bus.subscribe('a');
  await appendTo(bus, 'a');
  await primary.command('WAIT', 1, 5000);
  await noticeSoon(sentinel);
  // It still serves this test's clients, which send their library's own commands, and no other client.
  await primary.command('ACL', 'SETUSER', 'default', '-ping', '-replicaof', '-slaveof', '-psync', '-exec');
  await recorder.until(() => recorder.resubscribed > 0);
  const { seq } = await eventually(() => bus.append(publication('a')));
  await recorder.received(seq);
  expect(await primary.command('ROLE')).toMatchObject({ 0: 'master' });
  expect(await replica.command('ROLE')).toMatchObject({ 0: 'master' });
  expect(seqsOf(await readAll(bus, 'a'))).toEqual([1, 2]);
});

it('takes nothing while the primary has fewer replicas in step than it must have', async () => {
  const { primary, replica, sentinel } = await startGroup();
  const { bus } = connect(sentinel.url);
  await primary.command('CONFIG', 'SET', 'min-replicas-to-write', 1);
  await eventually(() => bus.append(publication('a'))); // a replica counts once it has reported
  await replica.command('REPLICAOF', 'NO', 'ONE');
  const refused = bus.append(publication('a'));
  await expect(refused).rejects.toThrow(BusUnavailableError);
  await expect(refused).rejects.toThrow(/NOREPLICAS/);
  expect(seqsOf(await readAll(bus, 'a'))).toEqual([1]);
});

it('asks the next Sentinel when one is down or does not answer, and the servers while all are down', async () => {
  const { sentinel, primary } = await startGroup();
  const silent = keep(await startSentinel({ primary, downAfterMs: NEVER_DOWN_MS }));
  await silent.kill('SIGSTOP');
  const away = `127.0.0.1:${await freePort()}`;
  const url = `redis+sentinel://${away},127.0.0.1:${silent.port},127.0.0.1:${sentinel.port}/main/3`;
  const complaints = jest.spyOn(console, 'error').mockReturnValue();
  const { bus } = connect(url, 1000);
  const { seq } = await eventually(() => bus.append(publication('a')));
  await sentinel.kill();
  await silent.kill();
  expect((await bus.append(publication('a'))).seq).toBe(seq + 1);
  expect(complaints).not.toHaveBeenCalled();
});

it('has a password for the Sentinels and another for the servers', async () => {
  const { primary, sentinel } = await startGroup(['requirepass other']);
  await primary.command('ACL', 'SETUSER', 'app', 'on', '>p@ss', '~*', '&*', '+@all');
  const named = (query: string): string => sentinel.url.replace('//', '//app:p@ss@') + query;
  const { bus } = connect(named('/2?sentinel_password=other'));
  await expect(bus.append(publication('a'))).resolves.toMatchObject({ seq: 1 });
  expect(String(await primary.command('CLIENT', 'LIST'))).toMatch(/name=tetracast-commands .* db=2 .* user=app /);
  const { bus: refused } = connect(named('?sentinel_password=wrong'));
  await expect(refused.append(publication('a'))).rejects.toThrow(/WRONGPASS/);
});

it('says that there is no Sentinel, or no such name, and closes at once', async () => {
  const { sentinel } = await startGroup();
  for (const [url, reason] of [
    [`redis+sentinel://127.0.0.1:${await freePort()}/main`, /All sentinels are unreachable/],
    [sentinel.url.replace('/main', '/other'), /No such master with that name/],
  ] as const) {
    const bus = createBus(url, SETTINGS);
    expect(bus).toBeInstanceOf(RedisBus);
    await expect(bus.append(publication('a'))).rejects.toThrow(BusUnavailableError);
    await expect(bus.append(publication('a'))).rejects.toThrow(reason);
    await bus.close();
  }
});

it('closes at once while a Sentinel stands still', async () => {
  const { sentinel } = await startGroup();
  await sentinel.kill('SIGSTOP');
  const bus = new RedisBus(sentinel.url, SETTINGS, { commandTimeoutMs: 600_000 });
  const pending = bus.append(publication('a')).catch((error: unknown) => error);
  await bus.close();
  expect(await pending).toBeInstanceOf(BusUnavailableError);
});
