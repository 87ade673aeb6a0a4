import { existsSync } from 'node:fs';
import { startRedis } from '../src';

describe('startRedis', () => {
  it('starts an empty server that takes commands, and leaves nothing behind', async () => {
    let pid: number;
    let dir: string;
    {
      await using redis = await startRedis();
      ({ pid, dir } = redis);

      expect(redis.url).toBe(`redis://127.0.0.1:${redis.port}`);
      expect(await redis.command('SET', 'key', 1)).toBe('OK');
      expect(await redis.command('GET', 'key')).toBe('1');
      await redis.flush();
      expect(await redis.command('DBSIZE')).toBe(0);
      expect(await redis.command('CONFIG', 'GET', 'appendonly')).toEqual(['appendonly', 'no']);
    }

    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    expect(existsSync(dir)).toBe(false);
  });

  it('finds its append-only file again on the same port after SIGKILL', async () => {
    await using redis = await startRedis({ appendOnly: true, args: ['--appendfsync', 'always'] });
    const { pid, port } = redis;
    await redis.command('SET', 'key', 'kept');

    await redis.kill();
    await expect(redis.command('PING')).rejects.toThrow();
    await redis.restart();

    expect(redis.port).toBe(port);
    expect(redis.pid).not.toBe(pid);
    expect(await redis.command('GET', 'key')).toBe('kept');
  });

  it('forgets all on a restart without it', async () => {
    await using redis = await startRedis();
    await redis.command('SET', 'key', 'lost');

    await redis.restart();

    expect(await redis.command('GET', 'key')).toBeNull();
  });

  it('stands still after SIGSTOP and goes on after SIGCONT', async () => {
    await using redis = await startRedis();
    await redis.kill('SIGSTOP');
    let answered = false;
    const answer = redis.command('PING').then((reply) => {
      answered = true;
      return reply;
    });

    await using other = await startRedis();
    await other.command('PING');
    expect(answered).toBe(false);
    await redis.kill('SIGCONT');

    expect(await answer).toBe('PONG');
  });

  it('can be closed while it stands still', async () => {
    const redis = await startRedis();
    await redis.kill('SIGSTOP');

    await redis[Symbol.asyncDispose]();

    expect(existsSync(redis.dir)).toBe(false);
  });

  it('follows another', async () => {
    await using primary = await startRedis();
    await using replica = await startRedis({ replicaOf: primary });
    await primary.command('SET', 'key', 'copied');

    expect(await primary.command('WAIT', 1, 10_000)).toBe(1);
    expect(await replica.command('GET', 'key')).toBe('copied');
  });

  it('comes back from a restart as what it was: a replica, or a primary once it was promoted', async () => {
    await using primary = await startRedis();
    await using replica = await startRedis({ replicaOf: primary });
    const role = async (): Promise<unknown> => ((await replica.command('ROLE')) as unknown[])[0];
    await replica.restart();
    expect(await role()).toBe('slave');

    await replica.command('REPLICAOF', 'NO', 'ONE');
    await replica.kill();
    await replica.restart();
    expect(await role()).toBe('master');
  });

  it('says why it did not start', async () => {
    await expect(startRedis({ args: ['--no-such-setting', '1'] })).rejects.toThrow(
      /^redis-server ended before it was ready \(exit code 1\)[^]*no-such-setting/,
    );
  });

  it('says how to install it when it is missing', async () => {
    const path = process.env.PATH;
    process.env.PATH = '/nowhere';
    try {
      await expect(startRedis()).rejects.toThrow(
        'redis-server not found. Install it: sudo apt-get install -y redis-server',
      );
    } finally {
      process.env.PATH = path;
    }
  });
});
