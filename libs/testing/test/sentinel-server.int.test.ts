import { startRedis, startSentinel } from '../src';

async function roleOf(redis: { command: (name: string) => Promise<unknown> }): Promise<string> {
  return ((await redis.command('ROLE')) as string[])[0]!;
}

describe('startSentinel', () => {
  it('starts a Sentinel that replaces a primary that was killed, for good', async () => {
    await using primary = await startRedis();
    await using replica = await startRedis({ replicaOf: primary });
    await using sentinel = await startSentinel({ primary });
    expect(sentinel.url).toBe(`redis+sentinel://127.0.0.1:${sentinel.port}/main`);
    await sentinel.untilPrimaryIs(primary.port);

    await primary.kill();
    await sentinel.untilPrimaryIs(replica.port);
    expect(await roleOf(replica)).toBe('master');

    // Sentinel writes that into its file.
    await replica.restart();
    expect(await roleOf(replica)).toBe('master');
  });

  it('can be asked to replace a primary that works, with its own name and password', async () => {
    await using primary = await startRedis();
    await using replica = await startRedis({ replicaOf: primary });
    await using sentinel = await startSentinel({ primary, name: 'other', conf: ['requirepass secret'] });
    expect(await sentinel.command('SENTINEL', 'FAILOVER', 'other')).toBe('OK');
    await sentinel.untilPrimaryIs(replica.port);
    expect(await roleOf(replica)).toBe('master');
  });
});
