import type { TokenClaims } from '@tetracast/access';
import { BusUnavailableError, MemoryBus, type Page } from '@tetracast/bus';
import { Hub } from '@tetracast/hub';
import { nodeRuntime } from '@tetracast/node-io/runtime';
import { AccessFeed, type AccessListener } from '../../src/access/access-feed';
import { createMemoryBus, permissionsWith } from './fake-connections';

const DAY_MS = 86_400_000;

interface Received extends AccessListener {
  revocations: number;
  readonly renewals: [string, TokenClaims][];
}

const stops: (() => void)[] = [];

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** The feed of one process over `bus`, and what it receives there. */
function createFeed(bus: MemoryBus, ttlMs = DAY_MS): { feed: AccessFeed; received: Received } {
  const hub = new Hub(bus);
  const received: Received = {
    revocations: 0,
    renewals: [],
    onRevoked: () => received.revocations++,
    onRenewed: (name, claims) => received.renewals.push([name, claims]),
  };
  const feed = new AccessFeed(hub, ttlMs, received, { warn: () => undefined }, nodeRuntime);
  stops.push(() => {
    feed.stop();
    hub.close();
  });
  return { feed, received };
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
  ])('%s is received by a running process, and by one that starts later', async (_, what, revoked, other) => {
    const bus = createMemoryBus();
    const { feed: writer } = createFeed(bus);
    const running = await startFeed(bus);
    await writer.revoke({ ...what, at: Date.now() });
    while (running.received.revocations < 1) await turn();
    const later = await startFeed(bus);

    for (const { feed, received } of [running, later]) {
      expect(received.revocations).toBe(1);
      expect([feed.isRevoked(revoked), feed.isRevoked(other)]).toEqual([true, false]);
    }
  });

  it('that comes again does not check the connections', async () => {
    const bus = createMemoryBus();
    const { feed, received } = await startFeed(bus);
    const revocation = { jti: '1', at: 1 };
    await feed.revoke(revocation);
    await bus.append({ channel: '$access:revoked', event: 'message', data: JSON.stringify(revocation), echo: true });
    await feed.revoke({ jti: '2', at: 2 });
    while (!feed.isRevoked(permissionsWith({ jti: '2' }))) await turn();

    expect(received.revocations).toBe(2);
  });

  it('is forgotten after its time, and not before', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'performance'] });
    const { feed, received } = await startFeed(createMemoryBus(), DAY_MS);
    await feed.revoke({ jti: '1', at: Date.now() });
    while (received.revocations < 1) await turn();
    jest.advanceTimersByTime(DAY_MS - 60_000);
    expect(feed.isRevoked(permissionsWith({ jti: '1' }))).toBe(true);
    jest.advanceTimersByTime(120_000);
    expect(feed.isRevoked(permissionsWith({ jti: '1' }))).toBe(false);
    jest.useRealTimers();
  });
});

describe('a renewal', () => {
  it('with invalid claims is skipped, and the next one is received', async () => {
    const bus = createMemoryBus();
    const { feed } = createFeed(bus);
    const there = await startFeed(bus);
    const { claims } = permissionsWith({ sub: 'ann', exp: 7 });
    await feed.renew({ name: 'key', claims: { ...claims!, sub: '' } });
    await feed.renew({ name: 'key', claims: claims! });
    while (there.received.renewals.length < 1) await turn();

    expect(there.received.renewals).toEqual([['key', claims]]);
  });

  it('is received by the running processes, and not by one that starts later', async () => {
    const bus = createMemoryBus();
    const { feed } = createFeed(bus);
    const there = await startFeed(bus);
    const { claims } = permissionsWith({ sub: 'ann', exp: 7 });
    await feed.renew({ name: 'key', claims: claims! });
    while (there.received.renewals.length < 1) await turn();
    const later = await startFeed(bus);

    expect(there.received.renewals).toEqual([['key', claims]]);
    expect(later.received.renewals).toEqual([]);
  });
});

/** A bus that is unavailable for all but the first page of a read. */
class BusWithOnePage extends MemoryBus {
  isUnavailable = false;
  pages = 0;

  override read(...args: Parameters<MemoryBus['read']>): Promise<Page> {
    if (this.isUnavailable && this.pages++ > 0) return Promise.reject(new BusUnavailableError('away'));
    return super.read(...args);
  }
}

describe('no token is accepted', () => {
  it('before the revocations were read', async () => {
    const { feed } = createFeed(createMemoryBus());
    expect(() => feed.requireReady()).toThrow(expect.objectContaining({ code: 'unavailable' }) as Error);
    await feed.start();
    expect(() => feed.requireReady()).not.toThrow();
  });

  it('when the message log became unreachable before it was read to its end, until it is back', async () => {
    const bus = new BusWithOnePage({ retention: { size: 1000, ttlMs: 60_000 } });
    const [writer, reader] = [createFeed(bus), createFeed(bus)];
    for (let i = 0; i < 900; i++) await writer.feed.revoke({ jti: String(i), at: i });
    bus.isUnavailable = true;
    const started = reader.feed.start();
    while (bus.pages < 2) await turn();
    await turn();
    expect(reader.received.revocations).toBeLessThan(900);
    expect(() => reader.feed.requireReady()).toThrow(/does not know yet/);

    bus.isUnavailable = false;
    await started;
    expect([reader.received.revocations, reader.feed.isRevoked(permissionsWith({ jti: '899' }))]).toEqual([900, true]);
  });

  it('when it was stopped before', async () => {
    const { feed } = createFeed(createMemoryBus());
    const started = feed.start();
    feed.stop();
    await started;
    expect(() => feed.requireReady()).toThrow(/does not know yet/);
  });
});
