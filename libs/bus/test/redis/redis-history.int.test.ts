import { once } from 'node:events';
import { createServer, connect, type Socket } from 'node:net';
import { startRedis } from '@tetracast/testing';
import { RedisBus } from '../../src';
import { readServerInfo } from '../../src/redis/connection/server-info';

const SETTINGS = { retention: { size: 100, ttlMs: 60_000 } };
const MESSAGE = { channel: 'news', event: 'message', data: '1', echo: true };

/** One address whose server can be exchanged, as a proxy or a name does it. */
async function startSwitch(port: number) {
  let target = port;
  const lines = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) {
      lines.add(socket);
      socket.on('error', () => undefined).on('close', () => [client, upstream].forEach((half) => half.destroy()));
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `redis://127.0.0.1:${(server.address() as { port: number }).port}`,
    to(next: number): void {
      target = next;
      for (const socket of lines) socket.destroy();
    },
    async [Symbol.asyncDispose](): Promise<void> {
      for (const socket of lines) socket.destroy();
      await once(server.close(), 'close');
    },
  };
}

/** The answer once the bus has found the way again. */
async function whenBack<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if ((error as Error).name !== 'BusUnavailableError') throw error;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

async function epochOf(bus: RedisBus): Promise<string> {
  return (await whenBack(() => bus.positions([]))).epoch;
}

describe('a log whose server changes', () => {
  it('begins a new life on a promoted replica, once for all nodes, also for one that knew nothing of before', async () => {
    await using primary = await startRedis({ appendOnly: true });
    await using replica = await startRedis({ appendOnly: true, replicaOf: primary });
    await using address = await startSwitch(primary.port);
    const bus = new RedisBus(address.url, SETTINGS);
    const { epoch } = await whenBack(() => bus.append(MESSAGE));
    await primary.command('WAIT', 1, 5000);
    await primary.kill();
    await replica.command('REPLICAOF', 'NO', 'ONE');
    address.to(replica.port);

    const fresh = new RedisBus(address.url, SETTINGS);
    const next = await epochOf(fresh);
    expect(next).not.toBe(epoch);
    expect(await epochOf(bus)).toBe(next);
    const late = new RedisBus(address.url, SETTINGS);
    expect(await epochOf(late)).toBe(next);
    expect((await bus.read('news', { kind: 'after', seq: 0, limit: 10, bytes: 1e6 })).entries).toHaveLength(1);
    await Promise.all([bus, fresh, late].map((each) => each.close()));
  });

  it('goes on after a restart with the append-only file, and begins a new life after one without', async () => {
    for (const appendOnly of [true, false]) {
      await using redis = await startRedis({ appendOnly, ...(appendOnly ? {} : { args: ['--save', '3600 1'] }) });
      const bus = new RedisBus(redis.url, SETTINGS);
      const { epoch } = await bus.append(MESSAGE);
      await redis.restart();
      const after = await whenBack(() => bus.append(MESSAGE));
      expect(after.epoch === epoch).toBe(appendOnly);
      expect(after.seq).toBe(2);
      await bus.close();
    }
  });
});

describe('readServerInfo', () => {
  it('reads what Redis says', () => {
    const info = 'run_id:ab\r\nmaster_replid:cd\r\nmaster_replid2:0000\r\naof_enabled:1\r\n';
    expect(readServerInfo(info)).toEqual({
      ...{ runId: 'ab', replicationId: 'cd', wasReplica: false, keepsFile: true },
      ...{ isReplica: false, isLoading: false },
    });
    expect(readServerInfo('loading:1\r\nrole:slave\r\n')).toMatchObject({ isReplica: true, isLoading: true });
    expect(readServerInfo('master_replid2:ef')).toMatchObject({ wasReplica: true, keepsFile: false, runId: '' });
  });
});
