import {
  createTempDir,
  freePort,
  type RedisServer,
  removeDir,
  type ServiceProcess,
  startProcess,
  startRedis,
} from '@tetracast/testing';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ask, post } from './ask';
import { openConnection } from './open-connection';
import { bundleFixture, type Fixture, runToEnd } from './start-fixture';

let fixture: Fixture;
let redis: RedisServer;

beforeAll(async () => {
  [fixture, redis] = await Promise.all([bundleFixture(), startRedis({ appendOnly: false })]);
});

afterAll(async () => {
  await redis[Symbol.asyncDispose]();
  await fixture[Symbol.asyncDispose]();
});

const start = (env: Record<string, string> = {}): Promise<ServiceProcess> =>
  startProcess({ file: fixture.file, env: { BUS_URL: redis.url, WORKERS: '2', ...env } });

/** The log, and what else was written to stdout left out. */
function logOf(service: ServiceProcess): Record<string, unknown>[] {
  const lines = service.output().split('\n');
  return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Record<string, unknown>);
}

async function pidAt({ url }: ServiceProcess): Promise<number> {
  return (JSON.parse((await ask(`${url}/pid`)).text) as { pid: number }).pid;
}

/** Asks until as many processes have answered, each time on a new connection. */
async function pidsOf(service: ServiceProcess, count = 2, others: ReadonlySet<number> = new Set()): Promise<number[]> {
  const pids = new Set<number>();
  while (pids.size < count) {
    const pid = await pidAt(service);
    if (!others.has(pid)) pids.add(pid);
  }
  return [...pids];
}

/** Connections to each worker. */
async function openConnections(service: ServiceProcess): Promise<Awaited<ReturnType<typeof openConnection>>[]> {
  const connections = [];
  // Workers take connections in turn: two in a row are never on the same worker, unless one is slow to take its own.
  for (let n = 0; n < 4; n++) connections.push(await openConnection(service.url, '/stream'));
  return connections;
}

async function metric({ url }: ServiceProcess, name: string): Promise<number> {
  const { text } = await ask(`${url}/metrics`);
  const line = text.split('\n').find((each) => each.startsWith(`${name} `));
  if (line === undefined) throw new Error(`no ${name} in ${text}`);
  return Number(line.slice(name.length));
}

function publish({ url }: ServiceProcess, data: number): ReturnType<typeof post> {
  return post(`${url}/news`, JSON.stringify({ channel: 'a', data }));
}

/** Resolves when a worker with this number serves; they count up. */
async function serves(service: ServiceProcess, worker: number): Promise<void> {
  const isIt = (line: Record<string, unknown>): boolean =>
    line['worker'] === worker && String(line['msg']).startsWith('worker takes connections');
  while (!logOf(service).some(isIt)) await new Promise(setImmediate);
}

describe('a start with WORKERS=2', () => {
  it('serves by two other processes, announces itself once, and logs which is which', async () => {
    await using service = await start();
    const pids = await pidsOf(service);
    await service.waitForOutput(/no access check.*\n/);

    expect(pids).not.toContain(service.pid);
    expect(service.output().split(`listening at ${service.url}\n`)).toHaveLength(2);
    const lines = logOf(service).map(({ msg, worker }) => [worker, msg]);
    expect(lines).toHaveLength(4);
    expect(lines).toEqual(
      expect.arrayContaining([
        [1, `worker takes connections of ${service.url}`],
        [2, `worker takes connections of ${service.url}`],
        [undefined, `Server listening at ${service.url} with 2 workers`],
        [undefined, 'no access check: everyone on this machine may publish and subscribe'],
      ]),
    );
  });

  it.each([{}, { BUS_URL: 'memory:' }])('is refused with a message log in memory, and says what to do', async (env) => {
    const { code, stdout, stderr } = await runToEnd(fixture.file, { PORT: '0', WORKERS: '2', ...env });

    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^Cannot start: WORKERS=2 needs a message log that all workers share: set BUS_URL=redis:.*\n$/,
    );
  });

  it('fails with one line when the port is taken', async () => {
    const port = await freePort();
    const taker = createServer().listen(port, '127.0.0.1');
    await once(taker, 'listening');

    const { code, stdout, stderr } = await runToEnd(fixture.file, {
      PORT: String(port),
      WORKERS: '3',
      BUS_URL: redis.url,
    });
    taker.close();

    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(new RegExp(`^Cannot start: 127\\.0\\.0\\.1:${port} is in use by another process.*\n$`));
  });
});

describe('workers', () => {
  it('deliver to each other what is published at one of them', async () => {
    await using service = await start();
    const connections = await openConnections(service);
    for (const data of [1, 2, 3]) expect((await publish(service, data)).status).toBe(201);

    for (const connection of connections) {
      await connection.until('3\n');
      expect(connection.text()).toMatch(/open\n1\n2\n3\n$/);
      connection.socket.destroy();
    }
  });

  it('are replaced: one by SIGKILL, one by an error nobody caught', async () => {
    await using service = await start();
    const [first = 0, second = 0] = await pidsOf(service);

    process.kill(first, 'SIGKILL');
    const [third = 0] = await pidsOf(service, 1, new Set([first, second]));
    // One of the two answers, and ends for it.
    await ask(`${service.url}/thrown`);
    const known = new Set([first, second, third]);
    expect(await pidsOf(service, 1, known)).toHaveLength(1);

    await service.waitForOutput(/exit code 1; it is replaced.*\n/);
    expect(logOf(service)).toContainEqual(
      expect.objectContaining({ level: 50, msg: 'a worker ended: killed by SIGKILL; it is replaced' }),
    );
    expect(logOf(service)).toContainEqual(
      expect.objectContaining({ level: 50, msg: 'a worker ended: exit code 1; it is replaced' }),
    );
  });

  it('lose no connection that one of them was about to take when it died', async () => {
    await using service = await start();
    const pids = await pidsOf(service);
    const [frozen = 0, other = 0] = pids;
    process.kill(frozen, 'SIGSTOP');
    // It takes none, so that one of these waits for it.
    const answers = [1, 2, 3, 4].map(() => pidAt(service));
    await Promise.race(answers);

    process.kill(frozen, 'SIGKILL');

    expect(await Promise.all(answers)).toEqual([other, other, other, other]);
  });

  it('that cannot start any more end the service, after some tries, with exit code 1 and one line', async () => {
    const dir = await createTempDir('workers');
    const flag = join(dir, 'broken');
    await using service = await start({ BROKEN_IF: flag });
    const [victim = 0] = await pidsOf(service);

    await writeFile(flag, '');
    process.kill(victim, 'SIGKILL');

    expect(await service.exited).toEqual({ code: 1, signal: null });
    const log = logOf(service).filter(({ msg }) => msg === 'Cannot start: it is broken now');
    expect(log).toHaveLength(4);
    expect(service.output().match(/^Cannot start: it is broken now$/gm)).toHaveLength(1);
    await removeDir(dir);
  });

  it('do not outlive the process that started them', async () => {
    const service = await start();
    const connections = await openConnections(service);

    // Not its group, which has the workers in it.
    await service.kill();

    for (const connection of connections) await connection.closed;
    expect(connections.map(({ socket }) => socket.destroyed)).not.toContain(false);
  });
});

describe('a stop with workers', () => {
  it.each<[string, NodeJS.Signals, boolean]>([
    ['SIGTERM', 'SIGTERM', false],
    ['SIGINT from a terminal, which all of them get', 'SIGINT', true],
  ])('by %s closes all connections as their transport does', async (_, signal, isGroup) => {
    await using service = await start();
    const connections = await openConnections(service);

    if (isGroup) process.kill(-service.pid, signal);
    else service.signal(signal);

    for (const connection of connections) {
      await connection.closed;
      expect(connection.text()).toMatch(/open\ngoing_away\n$/);
    }
    expect(await service.exited).toEqual({ code: 0, signal: null });
  });

  it('cuts what has not ended in DRAIN_TIMEOUT', async () => {
    await using service = await start({ DRAIN_TIMEOUT: '200ms' });
    const connection = await openConnection(service.url, '/stuck');

    service.signal('SIGTERM');
    await connection.closed;

    expect(await service.exited).toEqual({ code: 0, signal: null });
  });

  it('kills a worker that hangs, and says so', async () => {
    await using service = await start({ DRAIN_TIMEOUT: '0s' });
    const connections = await openConnections(service);
    const [hanging = 0] = await pidsOf(service);

    process.kill(hanging, 'SIGSTOP');
    service.signal('SIGTERM');

    expect(await service.exited).toEqual({ code: 1, signal: null });
    for (const connection of connections) await connection.closed;
    expect(logOf(service).at(-1)?.['msg']).toMatch(/^1 workers did not end in 4000 ms/);
  });

  it('by a signal to one worker drains and replaces that one', async () => {
    await using service = await start();
    const pids = await pidsOf(service);

    process.kill(pids[0] ?? 0, 'SIGTERM');

    expect(await pidsOf(service, 1, new Set(pids))).toHaveLength(1);
    await service.waitForOutput(/exit code 0; it is replaced.*\n/);
    expect(logOf(service)).toContainEqual(
      expect.objectContaining({ msg: 'a worker ended: exit code 0; it is replaced' }),
    );
  });
});

describe('the metrics of workers', () => {
  it('are the sums over all, whichever is asked', async () => {
    await using service = await start();
    const connections = await openConnections(service);
    for (const data of [1, 2, 3, 4, 5]) await publish(service, data);
    for (const connection of connections) await connection.until('5\n');

    for (let n = 0; n < 4; n++) {
      expect(await metric(service, 'tetracast_published_total')).toBe(5);
      expect(await metric(service, 'tetracast_delivered_total')).toBe(20);
      expect(await metric(service, 'tetracast_connections')).toBe(4);
    }
    for (const connection of connections) connection.socket.destroy();
  });

  it('have the names of a single process, and its age', async () => {
    const beganS = Date.now() / 1000;
    await using single = await start({ WORKERS: '1' });
    await using service = await start();
    const namesAt = async ({ url }: ServiceProcess): Promise<string[]> =>
      (await ask(`${url}/metrics`)).text.match(/^# TYPE .*$/gm)?.sort() ?? [];

    expect(await namesAt(service)).toEqual(await namesAt(single));
    expect(await metric(service, 'process_start_time_seconds')).toBeGreaterThan(beganS - 1);
  });

  it('count also what an ended worker had counted', async () => {
    await using service = await start();
    const pids = await pidsOf(service);
    for (const data of [1, 2, 3, 4, 5, 6]) await publish(service, data);
    expect(await metric(service, 'tetracast_published_total')).toBe(6);

    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await serves(service, 4);

    expect(await metric(service, 'tetracast_published_total')).toBe(6);
    await publish(service, 7);
    expect(await metric(service, 'tetracast_published_total')).toBe(7);
  });
});
