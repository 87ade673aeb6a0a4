import { BusUnavailableError, MemoryBus } from '@tetracast/bus';
import { nodeRuntime, type Runtime } from '@tetracast/node-io/runtime';
import { parseSettings } from '@tetracast/service-kit';
import { isPid, tagOf } from '../../src/session/private-id';
import { RecoverableSession, type SessionOwner } from '../../src/session/recoverable-session';
import { sessionTtlMs } from '../../src/session/session-ttl';
import { FaultyBus } from '@tetracast/bus/testing';

type Three = [SessionOwner, SessionOwner, SessionOwner];

const SOCKET_ID = 'abcdefghijklmnopqrst';

function createBus(): MemoryBus & AsyncDisposable {
  const bus = new MemoryBus({ retention: { size: 10, ttlMs: 60_000 } });
  return Object.assign(bus, { [Symbol.asyncDispose]: () => bus.close() });
}

const NOBODY: SessionOwner = { namespace: '/', user: undefined, mayChange: true };
const ANN: SessionOwner = { ...NOBODY, user: 'ann' };
const BOB: SessionOwner = { ...NOBODY, user: 'bob' };

const FIVE_SECONDS_AGO: Runtime = { ...nodeRuntime, now: () => Date.now() - 5000 };

const create = (owner: SessionOwner, runtime = nodeRuntime): RecoverableSession =>
  RecoverableSession.create(SOCKET_ID, owner, runtime);

const resume = (
  pid: unknown,
  owner: SessionOwner,
  bus: MemoryBus,
  ttlMs: number,
): ReturnType<typeof RecoverableSession.resume> => RecoverableSession.resume(pid, owner, bus, ttlMs, nodeRuntime);

describe('RecoverableSession', () => {
  it('is known again by its private id, which no one can guess', async () => {
    await using bus = createBus();
    const session = create(NOBODY);

    expect(isPid(session.pid)).toBe(true);
    expect(await resume(session.pid, NOBODY, bus, 1000)).toMatchObject({
      socketId: SOCKET_ID,
      pid: session.pid,
    });
    expect(create(NOBODY).pid).not.toBe(session.pid);
  });

  it('has another private id and the same client key under another socket id, and is still the same', async () => {
    await using bus = createBus();
    const session = create(NOBODY);
    const { pid } = session;
    session.add(['added']);
    await session.save(bus, 1000);

    session.rename('another-socket-id');
    const next = await resume(session.pid, NOBODY, bus, 1000);

    expect(session.pid).not.toBe(pid);
    expect(next).toMatchObject({ socketId: 'another-socket-id', client: SOCKET_ID, pid: session.pid });
    expect(next?.channels([])).toEqual(['added']);
  });

  it.each([
    undefined,
    1,
    '',
    'abc',
    `${SOCKET_ID}..1.${'t'.repeat(11)}`,
    `${SOCKET_ID}.${'x'.repeat(22)}.0`,
    `a b.${'x'.repeat(22)}.1.${'t'.repeat(11)}`,
  ])('is not made of %p', async (pid) => {
    await using bus = createBus();

    expect(isPid(pid)).toBe(false);
    expect(await resume(pid, NOBODY, bus, 1000)).toBeUndefined();
  });

  describe.each([
    ['with changes that are kept', ['added']],
    ['of which nothing is kept', []],
  ])('%s', (_, added) => {
    it.each<[string, SessionOwner, SessionOwner]>([
      ['of one user is not given to another', ANN, BOB],
      ['of a user is not given to nobody', ANN, NOBODY],
      ['of nobody is not given to a user', NOBODY, ANN],
      ['of one namespace is not given to another', ANN, { ...ANN, namespace: '/news' }],
      ['of the namespace of a channel is not given to the main one', { ...ANN, namespace: '/news' }, ANN],
    ])('%s', async (__, first, second) => {
      await using bus = createBus();
      const session = create(first);
      session.add(added);
      if (added.length > 0) await session.save(bus, 10_000);

      const resumed = await resume(session.pid, second, bus, 10_000);
      const again = await resume(session.pid, first, bus, 10_000);

      expect(resumed).toBeUndefined();
      expect(again?.pid).toBe(session.pid);
    });
  });

  it("is not given to another who makes up a private id with what was another's", async () => {
    await using bus = createBus();
    const session = create(ANN);
    session.add(['inbox:ann']);
    await session.save(bus, 10_000);
    const [id, secret, born] = session.pid.split('.') as [string, string, string];
    const tag = tagOf(secret, '/', 'bob');

    expect(await resume([id, secret, born, tag].join('.'), BOB, bus, 10_000)).toBeUndefined();
  });

  it.each(['/', '/news'])(
    "of nobody is a user's alone from the token on that came on the line, in %s",
    async (namespace) => {
      await using bus = createBus();
      const [nobody, ann, bob] = [NOBODY, ANN, BOB].map((owner) => ({ ...owner, namespace })) as Three;
      const session = create(nobody);
      const { pid } = session;

      expect([session.handTo('ann'), session.isDue(10_000)]).toEqual([true, true]);
      await session.save(bus, 10_000);
      expect([session.handTo('ann'), session.isDue(10_000)]).toEqual([false, false]);

      expect(await resume(pid, nobody, bus, 10_000)).toBeUndefined();
      expect(await resume(pid, bob, bus, 10_000)).toBeUndefined();
      expect(await resume(pid, ann, bus, 10_000)).toMatchObject({ socketId: SOCKET_ID });
    },
  );

  it('asks for what is kept only where something may be', async () => {
    await using bus = createBus();
    const asked = jest.spyOn(bus, 'getValue');
    const [nobody, ann] = [NOBODY, ANN].map((owner) => ({ ...owner, namespace: '/news' })) as [
      SessionOwner,
      SessionOwner,
    ];
    const withoutTokens = { ...nobody, mayChange: false };

    await resume(create(ann).pid, ann, bus, 10_000);
    await resume(create(nobody).pid, withoutTokens, bus, 10_000);
    expect(asked).not.toHaveBeenCalled();

    await resume(create(nobody).pid, nobody, bus, 10_000);
    await resume(create(NOBODY).pid, NOBODY, bus, 10_000);
    expect(asked).toHaveBeenCalledTimes(2);
  });

  it('changes the channels that are named', async () => {
    await using bus = createBus();
    const session = create(NOBODY);
    expect(session.channels(['a', 'b', 'c'])).toEqual(['a', 'b', 'c']);

    session.add(['d', 'e']);
    session.remove(['a', 'e', 'never there']);
    session.remove(['b']);
    session.add(['b']);
    await session.save(bus, 1000);

    const later = await resume(session.pid, NOBODY, bus, 1000);
    expect(later?.channels(['a', 'b', 'c'])).toEqual(['b', 'c', 'd']);
    expect(later?.channels(['never there'])).toEqual(['never there', 'd']);
  });

  it('gives up those of the added channels that its client must not have any more, and none that it names', () => {
    const session = create(NOBODY);
    session.channels([]);
    session.add(['a', 'b', 'c', 'd']);
    session.channels(['a', 'z']);

    expect(session.withdraw((name) => name !== 'a' && name !== 'c')).toEqual(['c']);
    expect(session.withdraw((_, before) => before < 3)).toEqual(['d']);
    expect(session.isDue(10_000)).toBe(true);
    expect(session.withdraw(() => true)).toEqual([]);
    expect(session.channels(['a', 'z'])).toEqual(['a', 'z', 'b']);
  });

  it('is what the client names when nothing is kept any more', async () => {
    await using bus = createBus();
    const session = create(NOBODY);

    // Of its age a private id tells whole seconds only: half of this time must be more.
    const resumed = await resume(session.pid, NOBODY, bus, 10_000);

    expect(resumed?.channels(['a'])).toEqual(['a']);
    expect([resumed?.isKept, resumed?.isForgotten]).toEqual([false, false]);
  });

  it('is forgotten when nothing is kept and it is older than that is kept', async () => {
    await using bus = createBus();
    const { pid } = create(NOBODY, FIVE_SECONDS_AGO);
    const channel = { ...NOBODY, namespace: '/news' };
    const ofChannel = create(channel, FIVE_SECONDS_AGO);

    const young = await resume(pid, NOBODY, bus, 60_000);
    const old = await resume(pid, NOBODY, bus, 1000);
    const oldAgain = await resume(pid, NOBODY, bus, 1000);
    const inNamespace = await resume(ofChannel.pid, channel, bus, 1000);

    expect([young, old, oldAgain, inNamespace].map((session) => session?.isForgotten)).toEqual([
      false,
      true,
      false,
      false,
    ]);
    expect(inNamespace?.isDue(1000)).toBe(false);
  });

  it('is to be saved, changed or not, before nothing kept could mean that it is forgotten', async () => {
    await using bus = createBus();
    let now = Date.now() - 5000;
    const session = create(NOBODY, { ...nodeRuntime, now: () => now });
    now += 5000;

    expect([session.isDue(20_000), session.isDue(6000)]).toEqual([false, true]);
    await session.save(bus, 6000);
    expect(session.isDue(6000)).toBe(false);
  });

  it('is to be saved at once when that failed, the first time or later', async () => {
    const bus = new FaultyBus();
    const session = create(NOBODY);

    for (let round = 1; round <= 2; round++) {
      bus.isUnavailable = true;
      await expect(session.save(bus, 60_000)).rejects.toThrow(BusUnavailableError);
      expect([session.isKept, session.isDue(60_000)]).toEqual([true, true]);
      bus.isUnavailable = false;
      await session.save(bus, 60_000);
      expect([session.isKept, session.isDue(60_000)]).toEqual([true, false]);
    }
  });

  it('is kept as it was saved last, however long a save takes and however it ends', async () => {
    await using bus = createBus();
    const putState = bus.putValue.bind(bus);
    let calls = 0;
    // Each takes less time than the one before it.
    bus.putValue = async (...args) => {
      const call = ++calls;
      for (let turns = call; turns < 4; turns++) await new Promise(setImmediate);
      if (call === 2) throw new BusUnavailableError('the second');
      return putState(...args);
    };
    const session = create(NOBODY);

    const saves = ['a', 'b', 'c'].map((name) => {
      session.add([name]);
      return session.save(bus, 60_000);
    });
    const outcomes = (await Promise.allSettled(saves)).map(({ status }) => status);

    const later = await resume(session.pid, NOBODY, bus, 60_000);
    expect(later?.channels([])).toEqual(['a', 'b', 'c']);
    expect(outcomes).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(session.isDue(60_000)).toBe(false);
  });
});

it('sessionTtlMs is the age of the history, and longer than a client takes to notice that its line is dead', () => {
  expect(sessionTtlMs(parseSettings({ HISTORY_TTL: '10m' }))).toBe(600_000);
  expect(sessionTtlMs(parseSettings({ HISTORY_TTL: '1s', HEARTBEAT_INTERVAL: '15s', HEARTBEAT_TIMEOUT: '20s' }))).toBe(
    100_000,
  );
});
