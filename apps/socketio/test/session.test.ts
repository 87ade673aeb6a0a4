import { BusUnavailableError, MemoryBus } from '@tetracast/bus';
import { parseSettings } from '@tetracast/service-kit';
import { Session, sessionTtlMs } from '../src/session';
import { createBreakableBus } from './breakable-bus';

const SOCKET_ID = 'abcdefghijklmnopqrst';

function createBus(): MemoryBus & AsyncDisposable {
  const bus = new MemoryBus({ retention: { size: 10, ttlMs: 60_000 } });
  return Object.assign(bus, { [Symbol.asyncDispose]: () => bus.close() });
}

describe('Session', () => {
  it('is known again by its private id, which no one can guess', () => {
    const session = Session.create(SOCKET_ID);

    expect(Session.parse(session.pid)).toMatchObject({ socketId: SOCKET_ID, pid: session.pid });
    expect(Session.create(SOCKET_ID).pid).not.toBe(session.pid);
  });

  it('has another private id when something was missed, and is still the same', async () => {
    await using bus = createBus();
    const session = Session.create(SOCKET_ID);
    session.add(['added']);
    await session.save(bus, 1000);

    const next = Session.parse(session.nextPid);
    await next?.load(bus, 1000);

    expect(next?.pid).not.toBe(session.pid);
    expect(next?.socketId).toBe(SOCKET_ID);
    expect(next?.channels([])).toEqual(['added']);
  });

  it.each([
    undefined,
    1,
    '',
    'abc',
    `${SOCKET_ID}..1.0`,
    `${SOCKET_ID}.${'x'.repeat(22)}.0`,
    `a b.${'x'.repeat(22)}.1.0`,
  ])('is not made of %p', (pid) => {
    expect(Session.parse(pid)).toBeUndefined();
  });

  it('changes the channels that are named', async () => {
    await using bus = createBus();
    const session = Session.create(SOCKET_ID);
    expect(session.channels(['a', 'b', 'c'])).toEqual(['a', 'b', 'c']);

    session.add(['d', 'e']);
    session.remove(['a', 'e', 'never there']);
    session.remove(['b']);
    session.add(['b']);
    await session.save(bus, 1000);

    const later = Session.parse(session.pid)!;
    await later.load(bus, 1000);
    expect(later.channels(['a', 'b', 'c'])).toEqual(['b', 'c', 'd']);
    expect(later.channels(['never there'])).toEqual(['never there', 'd']);
  });

  it('is what the client names when nothing is kept any more', async () => {
    await using bus = createBus();
    const session = Session.parse(Session.create(SOCKET_ID).pid)!;

    // Of its age a private id tells whole seconds only: half of this time must be more.
    await session.load(bus, 10_000);

    expect(session.channels(['a'])).toEqual(['a']);
    expect([session.isKept, session.isForgotten]).toEqual([false, false]);
  });

  it('is forgotten when nothing is kept and it is older than that is kept', async () => {
    await using bus = createBus();
    const { pid } = Session.create(SOCKET_ID, Date.now() - 5000);

    const young = Session.parse(pid)!;
    await young.load(bus, 60_000);
    const old = Session.parse(pid)!;
    await old.load(bus, 1000);
    const oldAgain = Session.parse(pid)!;
    await oldAgain.load(bus, 1000);

    expect([young.isForgotten, old.isForgotten, oldAgain.isForgotten]).toEqual([false, true, false]);
  });

  it('is to be saved, changed or not, before nothing kept could mean that it is forgotten', async () => {
    await using bus = createBus();
    const session = Session.create(SOCKET_ID, Date.now() - 5000);

    expect([session.isDue(20_000), session.isDue(6000)]).toEqual([false, true]);
    await session.save(bus, 6000);
    expect(session.isDue(6000)).toBe(false);
  });

  it('is to be saved at once when that failed, the first time or later', async () => {
    const { bus, setBroken } = createBreakableBus();
    const session = Session.create(SOCKET_ID);

    for (let round = 1; round <= 2; round++) {
      setBroken(true);
      await expect(session.save(bus, 60_000)).rejects.toThrow(BusUnavailableError);
      expect([session.isKept, session.isDue(60_000)]).toEqual([true, true]);
      setBroken(false);
      await session.save(bus, 60_000);
      expect([session.isKept, session.isDue(60_000)]).toEqual([true, false]);
    }
  });

  it('is kept as it was saved last, however long a save takes and however it ends', async () => {
    await using bus = createBus();
    const putState = bus.putState.bind(bus);
    let calls = 0;
    // Each takes less time than the one before it.
    bus.putState = async (...args) => {
      const call = ++calls;
      for (let turns = call; turns < 4; turns++) await new Promise(setImmediate);
      if (call === 2) throw new BusUnavailableError('the second');
      return putState(...args);
    };
    const session = Session.create(SOCKET_ID);

    const saves = ['a', 'b', 'c'].map((name) => {
      session.add([name]);
      return session.save(bus, 60_000);
    });
    const outcomes = (await Promise.allSettled(saves)).map(({ status }) => status);

    const later = Session.parse(session.pid)!;
    await later.load(bus, 60_000);
    expect(later.channels([])).toEqual(['a', 'b', 'c']);
    expect(outcomes).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(session.isDue(60_000)).toBe(false);
  });
});

it('sessionTtlMs is the age of the history, and longer than a client takes to notice that its line is dead', () => {
  expect(sessionTtlMs(parseSettings({ HISTORY_TTL: '10m' }))).toBe(600_000);
  expect(sessionTtlMs(parseSettings({ HISTORY_TTL: '1s', HEARTBEAT: '15s', HEARTBEAT_TIMEOUT: '20s' }))).toBe(100_000);
});
