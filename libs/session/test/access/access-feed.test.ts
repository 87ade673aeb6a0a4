import type { TokenClaims } from '@tetracast/access';
import { BusUnavailableError, MemoryBus, type Page } from '@tetracast/bus';
import { Hub } from '@tetracast/hub';
import { nodeRuntime } from '@tetracast/node-io/runtime';
import { AccessFeed, type AccessListener } from '../../src/access/access-feed';
import { createMemoryBus, permissionsWith } from './fake-connections';

const DAY_MS = 86_400_000;

interface Heard extends AccessListener {
  revocations: number;
  readonly renewals: [string, TokenClaims][];
}

const stops: (() => void)[] = [];

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** The feed of one process over `bus`, and what it hears there. */
function createFeed(bus: MemoryBus, ttlMs = DAY_MS): { feed: AccessFeed; heard: Heard } {
  const hub = new Hub(bus);
  const heard: Heard = {
    revocations: 0,
    renewals: [],
    onRevoked: () => heard.revocations++,
    onRenewed: (name, claims) => heard.renewals.push([name, claims]),
  };
  const feed = new AccessFeed(hub, ttlMs, heard, { warn: () => undefined }, nodeRuntime);
  stops.push(() => {
    feed.stop();
    hub.close();
  });
  return { feed, heard };
}

async function startFeed(bus: MemoryBus, ttlMs?: number): Promise<ReturnType<typeof createFeed>> {
  const made = createFeed(bus, ttlMs);
  await made.feed.start();
  return made;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a revocation', () => {
  it.each([
    ['of a token', { jti: '1' }, permissionsWith({ jti: '1' }), permissionsWith({ jti: '2' })],
    ['of a subject', { sub: 'ann' }, permissionsWith({ sub: 'ann', iat: 1 }), permissionsWith({ sub: 'bob', iat: 1 })],
    [
      'of a subject, before it',
      { sub: 'ann' },
      permissionsWith({ sub: 'ann' }),
      permissionsWith({ sub: 'ann', iat: 1e11 }),
    ],
  ])('%s is heard by a process that runs, and by one that starts later', async (_, what, revoked, other) => {
    const bus = createMemoryBus();
    const { feed: writer } = createFeed(bus);
    const running = await startFeed(bus);
    await writer.revoke({ ...what, at: Date.now() });
    while (running.heard.revocations < 1) await turn();
    const later = await startFeed(bus);

    for (const { feed, heard } of [running, later]) {
      expect(heard.revocations).toBe(1);
      expect([feed.isRevoked(revoked), feed.isRevoked(other)]).toEqual([true, false]);
    }
  });

  it('that is told again has no line looked at', async () => {
    const bus = createMemoryBus();
    const { feed, heard } = await startFeed(bus);
    const revocation = { jti: '1', at: 1 };
    await feed.revoke(revocation);
    await bus.append({ channel: '$access:revoked', event: 'message', data: JSON.stringify(revocation), echo: true });
    await feed.revoke({ jti: '2', at: 2 });
    while (!feed.isRevoked(permissionsWith({ jti: '2' }))) await turn();

    expect(heard.revocations).toBe(2);
  });

  it('is forgotten after its time, and not before', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'performance'] });
    const { feed, heard } = await startFeed(createMemoryBus(), DAY_MS);
    await feed.revoke({ jti: '1', at: Date.now() });
    while (heard.revocations < 1) await turn();
    jest.advanceTimersByTime(DAY_MS - 60_000);
    expect(feed.isRevoked(permissionsWith({ jti: '1' }))).toBe(true);
    jest.advanceTimersByTime(120_000);
    expect(feed.isRevoked(permissionsWith({ jti: '1' }))).toBe(false);
    jest.useRealTimers();
  });
});

describe('a renewal', () => {
  it('with claims that are none here is passed over, and the next one is heard', async () => {
    const bus = createMemoryBus();
    const { feed } = createFeed(bus);
    const there = await startFeed(bus);
    const { claims } = permissionsWith({ sub: 'ann', exp: 7 });
    await feed.renew({ name: 'key', claims: { ...claims!, sub: '' } });
    await feed.renew({ name: 'key', claims: claims! });
    while (there.heard.renewals.length < 1) await turn();

    expect(there.heard.renewals).toEqual([['key', claims]]);
  });

  it('is told to the processes that run, and not to one that starts later', async () => {
    const bus = createMemoryBus();
    const { feed } = createFeed(bus);
    const there = await startFeed(bus);
    const { claims } = permissionsWith({ sub: 'ann', exp: 7 });
    await feed.renew({ name: 'key', claims: claims! });
    while (there.heard.renewals.length < 1) await turn();
    const later = await startFeed(bus);

    expect(there.heard.renewals).toEqual([['key', claims]]);
    expect(later.heard.renewals).toEqual([]);
  });
});

/** A log that is away for all but the first page of what is read from it. */
class LogThatGoes extends MemoryBus {
  isAway = false;
  pages = 0;

  override read(...args: Parameters<MemoryBus['read']>): Promise<Page> {
    if (this.isAway && this.pages++ > 0) return Promise.reject(new BusUnavailableError('away'));
    return super.read(...args);
  }
}

describe('nobody is let in with a token', () => {
  it('before it is known which were taken back', async () => {
    const { feed } = createFeed(createMemoryBus());
    expect(() => feed.requireReady()).toThrow(expect.objectContaining({ code: 'unavailable' }) as Error);
    await feed.start();
    expect(() => feed.requireReady()).not.toThrow();
  });

  it('when the log went away before it was read to its end, until it is back', async () => {
    const bus = new LogThatGoes({ retention: { size: 1000, ttlMs: 60_000 } });
    const [writer, reader] = [createFeed(bus), createFeed(bus)];
    for (let i = 0; i < 900; i++) await writer.feed.revoke({ jti: String(i), at: i });
    bus.isAway = true;
    const started = reader.feed.start();
    while (bus.pages < 2) await turn();
    await turn();
    expect(reader.heard.revocations).toBeLessThan(900);
    expect(() => reader.feed.requireReady()).toThrow(/does not know yet/);

    bus.isAway = false;
    await started;
    expect([reader.heard.revocations, reader.feed.isRevoked(permissionsWith({ jti: '899' }))]).toEqual([900, true]);
  });

  it('when it was stopped before', async () => {
    const { feed } = createFeed(createMemoryBus());
    const started = feed.start();
    feed.stop();
    await started;
    expect(() => feed.requireReady()).toThrow(/does not know yet/);
  });
});
