import { MemoryBus } from '@tetracast/bus';
import type { CodedError } from '@tetracast/message-model';
import type { Caller } from '../../src/limits/caller';
import { Limits } from '../../src/limits/limits';
import { parseSettings } from '../../src/settings';

// Its clock is the one that the tests turn on.
const bus = new MemoryBus({ retention: { size: 1, ttlMs: 1000 } }, { now: () => Date.now() });
const open: Limits[] = [];

function createLimits(
  env: Record<string, string>,
  tally = (...args: Parameters<MemoryBus['tally']>) => bus.tally(...args),
): Limits {
  const limits = new Limits(parseSettings(env), { tally });
  open.push(limits);
  return limits;
}

function callerAt(limits: Limits, remoteAddress: string, user?: string): Caller {
  return limits.callerOf({ headers: {}, socket: { remoteAddress } }, user);
}

function codeOf(attempt: () => unknown): string {
  try {
    attempt();
    return 'ok';
  } catch (error) {
    return (error as CodedError).code;
  }
}

/** How often `caller` may do it until it is refused. */
function countUntilRefused(caller: Caller, action: Parameters<Caller['spend']>[0]): number {
  let count = 0;
  while (codeOf(() => caller.spend(action)) === 'ok') count++;
  return count;
}

afterEach(() => {
  for (const limits of open.splice(0)) limits.close();
  jest.useRealTimers();
});

afterAll(() => bus.close());

describe('connections', () => {
  it('are as many as MAX_CONNECTIONS, and one that leaves makes room', () => {
    const limits = createLimits({ MAX_CONNECTIONS: '2' });
    const first = callerAt(limits, '192.0.2.1');
    first.enter();
    callerAt(limits, '192.0.2.2').enter();
    const next = callerAt(limits, '192.0.2.3');
    expect([next.hasRoom, codeOf(() => next.enter())]).toEqual([false, 'overloaded']);
    first.leave();
    first.leave();
    expect([next.hasRoom, codeOf(() => next.enter())]).toEqual([true, 'ok']);
    expect(codeOf(() => callerAt(limits, '192.0.2.4').enter())).toBe('overloaded');
    expect(limits.refused).toEqual([{ code: 'overloaded', limit: 'connections', count: 2 }]);
  });

  it('are as many from one address as MAX_CONNECTIONS_PER_IP', () => {
    const limits = createLimits({ MAX_CONNECTIONS_PER_IP: '1' });
    const first = callerAt(limits, '192.0.2.1');
    first.enter();
    expect(codeOf(() => callerAt(limits, '192.0.2.1').enter())).toBe('rate_limited');
    expect(codeOf(() => callerAt(limits, '192.0.2.2').enter())).toBe('ok');
    first.leave();
    expect(codeOf(() => callerAt(limits, '192.0.2.1').enter())).toBe('ok');
    expect(limits.refused).toEqual([{ code: 'rate_limited', limit: 'connections_per_ip', count: 1 }]);
  });

  it('are as many of one user as MAX_CONNECTIONS_PER_USER, who may be known later', () => {
    const limits = createLimits({ MAX_CONNECTIONS_PER_USER: '1' });
    const ann = callerAt(limits, '192.0.2.1', 'ann');
    ann.enter();
    expect(codeOf(() => callerAt(limits, '192.0.2.2', 'ann').enter())).toBe('rate_limited');
    const other = callerAt(limits, '192.0.2.2');
    other.enter();
    expect(codeOf(() => other.identify('ann'))).toBe('rate_limited');
    ann.leave();
    expect(codeOf(() => other.identify('ann'))).toBe('ok');
    expect(codeOf(() => other.identify('ann'))).toBe('ok');
    expect(callerAt(limits, '192.0.2.3', 'ann').hasRoom).toBe(false);
    other.identify('bob');
    expect(callerAt(limits, '192.0.2.3', 'ann').hasRoom).toBe(true);
    other.leave();
    expect(callerAt(limits, '192.0.2.3', 'bob').hasRoom).toBe(true);
  });

  it('have no limit of 0', () => {
    const limits = createLimits({ MAX_CONNECTIONS_PER_IP: '0', MAX_CONNECTIONS_PER_USER: '0' });
    for (let count = 0; count < 2000; count++) callerAt(limits, '192.0.2.1', 'ann').enter();
    expect(callerAt(limits, '192.0.2.1', 'ann').hasRoom).toBe(true);
  });
});

describe('rates', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });

  it.each([
    [{ PUBLISH_RATE: '3' }, 'publish', 'publish'],
    [{ SUBSCRIBE_RATE: '3' }, 'subscribe', 'subscribe'],
    [{ PUBLISH_RATE_PER_IP: '3' }, 'publish', 'publish_per_ip'],
    [{ SUBSCRIBE_RATE_PER_IP: '3' }, 'subscribe', 'subscribe_per_ip'],
    [{ POLL_RATE_PER_IP: '3' }, 'poll', 'poll_per_ip'],
    [{ PUBLISH_RATE_PER_USER: '3' }, 'publish', 'publish_per_user'],
    [{ SUBSCRIBE_RATE_PER_USER: '3' }, 'subscribe', 'subscribe_per_user'],
    [{ POLL_RATE_PER_USER: '3' }, 'poll', 'poll_per_user'],
  ] as const)('of %j let twice that through at once, then that each second', (env, action, limit) => {
    const limits = createLimits(env);
    const caller = callerAt(limits, '192.0.2.1', 'ann');
    expect(countUntilRefused(caller, action)).toBe(6);
    jest.advanceTimersByTime(1000);
    expect(countUntilRefused(caller, action)).toBe(3);
    expect(limits.refused).toEqual([{ code: 'rate_limited', limit, count: 2 }]);
  });

  it('of an address count for all its lines, and for no other', () => {
    const limits = createLimits({ PUBLISH_RATE: '2', PUBLISH_RATE_PER_IP: '3' });
    expect(countUntilRefused(callerAt(limits, '192.0.2.1'), 'publish')).toBe(4);
    expect(countUntilRefused(callerAt(limits, '192.0.2.1'), 'publish')).toBe(2);
    expect(countUntilRefused(callerAt(limits, '192.0.2.2'), 'publish')).toBe(4);
  });

  it('count ten channels as one request, and what is dear is a debt', () => {
    const caller = callerAt(createLimits({ POLL_RATE_PER_IP: '3' }), '192.0.2.1');
    caller.spend('poll', 10);
    caller.spend('poll', 11);
    caller.spend('poll', 100);
    expect(() => caller.spend('poll')).toThrow(/poll/);
    jest.advanceTimersByTime(2000);
    expect(() => caller.spend('poll')).toThrow(/poll/);
    jest.advanceTimersByTime(1000);
    expect(countUntilRefused(caller, 'poll')).toBe(2);
  });

  it('of a user count on when another namespace of the line has no token', () => {
    const limits = createLimits({ PUBLISH_RATE_PER_USER: '3' });
    const caller = callerAt(limits, '192.0.2.1', 'ann');
    caller.identify(undefined);
    expect(countUntilRefused(caller, 'publish')).toBe(6);
  });

  it('of 0 are none', () => {
    const limits = createLimits({ PUBLISH_RATE: '0', PUBLISH_RATE_PER_IP: '0', PUBLISH_RATE_PER_USER: '0' });
    const caller = callerAt(limits, '192.0.2.1', 'ann');
    for (let count = 0; count < 100_000; count++) caller.spend('publish');
    expect(limits.refused).toEqual([]);
  });

  it('are abused by who asks on and on for more than twice as much', () => {
    const caller = callerAt(createLimits({ PUBLISH_RATE: '100' }), '192.0.2.1');
    const askFor = (seconds: number, each: number): void => {
      for (let count = 0; count < seconds * 10; count++) {
        for (let n = 0; n < each / 10; n++) codeOf(() => caller.spend('publish'));
        jest.advanceTimersByTime(100);
      }
    };
    askFor(30, 200);
    expect(caller.isAbusive).toBe(false);
    askFor(10, 300);
    expect(caller.isAbusive).toBe(true);
  });
});

describe('several processes on one log', () => {
  const EXCHANGES_MS = 1000;

  beforeEach(() => {
    jest.useFakeTimers();
  });

  it('share a rate', async () => {
    const nodes = [1, 2, 3, 4].map(() =>
      callerAt(createLimits({ PUBLISH_RATE: '0', PUBLISH_RATE_PER_IP: '100' }), '192.0.2.9'),
    );
    const spendFor = async (seconds: number): Promise<number> => {
      let count = 0;
      for (let step = 0; step < seconds * 20; step++) {
        for (const node of nodes) count += countUntilRefused(node, 'publish');
        await jest.advanceTimersByTimeAsync(50);
      }
      return count;
    };
    // What each holds is let through before it hears of the others.
    await spendFor(20);
    const spent = await spendFor(60);
    expect(spent).toBeGreaterThan(60 * 100 * 0.9);
    expect(spent).toBeLessThan(60 * 100 * 1.25);
  });

  it('limit by themselves when the log is away', async () => {
    const tally = jest.fn(() => Promise.reject(new Error('away')));
    const caller = callerAt(createLimits({ PUBLISH_RATE: '0', PUBLISH_RATE_PER_IP: '10' }, tally), '192.0.2.8');
    expect(countUntilRefused(caller, 'publish')).toBe(20);
    await jest.advanceTimersByTimeAsync(EXCHANGES_MS);
    expect(tally.mock.calls.length).toBeGreaterThan(1);
    expect(countUntilRefused(caller, 'publish')).toBe(10);
  });

  it('ask the log nothing while nobody spends anything', async () => {
    const tally = jest.fn(() => Promise.resolve([]));
    createLimits({}, tally);
    await jest.advanceTimersByTimeAsync(EXCHANGES_MS);
    expect(tally).not.toHaveBeenCalled();
  });
});
