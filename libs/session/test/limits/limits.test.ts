import { MemoryBus } from '@tetracast/bus';
import type { CodedError } from '@tetracast/message-model';
import { nodeRuntime } from '@tetracast/node-io/runtime';
import type { ClientQuota } from '../../src/limits/client-quota';
import { Limits } from '../../src/limits/limits';
import type { IncomingMessage } from 'node:http';
import type { Rates } from '../../src/session-settings';
import { sessionSettings } from '../session-settings';

// Its clock is the one that the tests turn on.
const bus = new MemoryBus({ retention: { size: 1, ttlMs: 1000 } });
const open: Limits[] = [];

function createLimits(
  changed: Parameters<typeof sessionSettings>[0],
  addCounts = (...args: Parameters<MemoryBus['addCounts']>) => bus.addCounts(...args),
): Limits {
  const limits = new Limits(sessionSettings(changed), { addCounts }, nodeRuntime);
  open.push(limits);
  return limits;
}

/** These rates, and no others. */
function rates(of: Partial<Rates>): Rates {
  return { connection: 0, address: 0, user: 0, ...of };
}

function quotaAt(limits: Limits, remoteAddress: string, user?: string): ClientQuota {
  return limits.quotaFor({ headers: {}, socket: { remoteAddress } }, user);
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
function countUntilRefused(quota: ClientQuota, action: Parameters<ClientQuota['spend']>[0]): number {
  let count = 0;
  while (codeOf(() => quota.spend(action)) === 'ok') count++;
  return count;
}

afterEach(() => {
  for (const limits of open.splice(0)) limits.close();
  jest.useRealTimers();
});

afterAll(() => bus.close());

describe('connections', () => {
  it('are as many as MAX_CONNECTIONS, and one that leaves makes room', () => {
    const limits = createLimits({ maxConnections: 2 });
    const first = quotaAt(limits, '192.0.2.1');
    first.addConnection();
    quotaAt(limits, '192.0.2.2').addConnection();
    const next = quotaAt(limits, '192.0.2.3');
    expect([next.hasRoom, codeOf(() => next.addConnection())]).toEqual([false, 'overloaded']);
    first.onClose();
    first.onClose();
    expect([next.hasRoom, codeOf(() => next.addConnection())]).toEqual([true, 'ok']);
    expect(codeOf(() => quotaAt(limits, '192.0.2.4').addConnection())).toBe('overloaded');
    expect(limits.refused).toEqual([{ code: 'overloaded', limit: 'connections', count: 2 }]);
  });

  it('are as many from one address as MAX_CONNECTIONS_PER_IP', () => {
    const limits = createLimits({ maxConnectionsPerIp: 1 });
    const first = quotaAt(limits, '192.0.2.1');
    first.addConnection();
    expect(codeOf(() => quotaAt(limits, '192.0.2.1').addConnection())).toBe('rate_limited');
    expect(codeOf(() => quotaAt(limits, '192.0.2.2').addConnection())).toBe('ok');
    first.onClose();
    expect(codeOf(() => quotaAt(limits, '192.0.2.1').addConnection())).toBe('ok');
    expect(limits.refused).toEqual([{ code: 'rate_limited', limit: 'connections_per_ip', count: 1 }]);
  });

  it('are as many of one user as MAX_CONNECTIONS_PER_USER, who may be known later', () => {
    const limits = createLimits({ maxConnectionsPerUser: 1 });
    const ann = quotaAt(limits, '192.0.2.1', 'ann');
    ann.addConnection();
    expect(codeOf(() => quotaAt(limits, '192.0.2.2', 'ann').addConnection())).toBe('rate_limited');
    const other = quotaAt(limits, '192.0.2.2');
    other.addConnection();
    expect(codeOf(() => other.identify('ann'))).toBe('rate_limited');
    ann.onClose();
    expect(codeOf(() => other.identify('ann'))).toBe('ok');
    expect(codeOf(() => other.identify('ann'))).toBe('ok');
    expect(quotaAt(limits, '192.0.2.3', 'ann').hasRoom).toBe(false);
    other.identify('bob');
    expect(quotaAt(limits, '192.0.2.3', 'ann').hasRoom).toBe(true);
    other.onClose();
    expect(quotaAt(limits, '192.0.2.3', 'bob').hasRoom).toBe(true);
  });

  it('have no limit of 0', () => {
    const limits = createLimits({ maxConnectionsPerIp: 0, maxConnectionsPerUser: 0 });
    for (let count = 0; count < 2000; count++) quotaAt(limits, '192.0.2.1', 'ann').addConnection();
    expect(quotaAt(limits, '192.0.2.1', 'ann').hasRoom).toBe(true);
  });
});

describe('rates', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });

  it.each([
    [{ publishRate: rates({ connection: 3 }) }, 'publish', 'publish'],
    [{ subscribeRate: rates({ connection: 3 }) }, 'subscribe', 'subscribe'],
    [{ publishRate: rates({ address: 3 }) }, 'publish', 'publish_per_ip'],
    [{ subscribeRate: rates({ address: 3 }) }, 'subscribe', 'subscribe_per_ip'],
    [{ pollRate: rates({ address: 3 }) }, 'poll', 'poll_per_ip'],
    [{ publishRate: rates({ user: 3 }) }, 'publish', 'publish_per_user'],
    [{ subscribeRate: rates({ user: 3 }) }, 'subscribe', 'subscribe_per_user'],
    [{ pollRate: rates({ user: 3 }) }, 'poll', 'poll_per_user'],
  ] as const)('of %j let twice that through at once, then that each second', (env, action, limit) => {
    const limits = createLimits(env);
    const quota = quotaAt(limits, '192.0.2.1', 'ann');
    expect(countUntilRefused(quota, action)).toBe(6);
    jest.advanceTimersByTime(1000);
    expect(countUntilRefused(quota, action)).toBe(3);
    expect(limits.refused).toEqual([{ code: 'rate_limited', limit, count: 2 }]);
  });

  it('of an address count for all its lines, and for no other', () => {
    const limits = createLimits({ publishRate: rates({ connection: 2, address: 3 }) });
    expect(countUntilRefused(quotaAt(limits, '192.0.2.1'), 'publish')).toBe(4);
    expect(countUntilRefused(quotaAt(limits, '192.0.2.1'), 'publish')).toBe(2);
    expect(countUntilRefused(quotaAt(limits, '192.0.2.2'), 'publish')).toBe(4);
  });

  it('count ten channels as one request, and what is dear is a debt', () => {
    const quota = quotaAt(createLimits({ pollRate: rates({ address: 3 }) }), '192.0.2.1');
    quota.spend('poll', 10);
    quota.spend('poll', 11);
    quota.spend('poll', 100);
    expect(() => quota.spend('poll')).toThrow(/poll/);
    jest.advanceTimersByTime(2000);
    expect(() => quota.spend('poll')).toThrow(/poll/);
    jest.advanceTimersByTime(1000);
    expect(countUntilRefused(quota, 'poll')).toBe(2);
  });

  it('of a user count on when another namespace of the line has no token', () => {
    const limits = createLimits({ publishRate: rates({ user: 3 }) });
    const quota = quotaAt(limits, '192.0.2.1', 'ann');
    quota.identify(undefined);
    expect(countUntilRefused(quota, 'publish')).toBe(6);
  });

  it('of 0 are none', () => {
    const limits = createLimits({ publishRate: rates({}) });
    const quota = quotaAt(limits, '192.0.2.1', 'ann');
    for (let count = 0; count < 100_000; count++) quota.spend('publish');
    expect(limits.refused).toEqual([]);
  });

  it('are abused by who asks on and on for more than twice as much', () => {
    const quota = quotaAt(createLimits({ publishRate: rates({ connection: 100 }) }), '192.0.2.1');
    const askFor = (seconds: number, each: number): void => {
      for (let count = 0; count < seconds * 10; count++) {
        for (let n = 0; n < each / 10; n++) codeOf(() => quota.spend('publish'));
        jest.advanceTimersByTime(100);
      }
    };
    askFor(30, 200);
    expect(quota.isAbusive).toBe(false);
    askFor(10, 300);
    expect(quota.isAbusive).toBe(true);
  });
});

describe('several processes on one log', () => {
  const EXCHANGES_MS = 1000;

  beforeEach(() => {
    jest.useFakeTimers();
  });

  it('share a rate', async () => {
    const nodes = [1, 2, 3, 4].map(() => quotaAt(createLimits({ publishRate: rates({ address: 100 }) }), '192.0.2.9'));
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
    const quota = quotaAt(createLimits({ publishRate: rates({ address: 10 }) }, tally), '192.0.2.8');
    expect(countUntilRefused(quota, 'publish')).toBe(20);
    await jest.advanceTimersByTimeAsync(EXCHANGES_MS);
    expect(tally.mock.calls.length).toBeGreaterThan(1);
    expect(countUntilRefused(quota, 'publish')).toBe(10);
  });

  it('ask the log nothing while nobody spends anything', async () => {
    const tally = jest.fn(() => Promise.resolve([]));
    createLimits({}, tally);
    await jest.advanceTimersByTimeAsync(EXCHANGES_MS);
    expect(tally).not.toHaveBeenCalled();
  });
});

describe('the rate of a namespace', () => {
  const namespaces = new Map([['chat', { publishRate: rates({ connection: 1, user: 2 }) }]]);
  const spend = (quota: ClientQuota, channel: string): string => codeOf(() => quota.spendNamespace(channel));

  it('limits messages of its channels alone, of one connection and of one user', () => {
    jest.useFakeTimers();
    const limits = createLimits({ namespaces, publishRate: rates({}) });
    const [first, second, third] = [1, 2, 3].map((host) => quotaAt(limits, `192.0.2.${host}`, 'ann')) as [
      ClientQuota,
      ClientQuota,
      ClientQuota,
    ];
    expect(['chat:a', 'chat:b', 'chat:a'].map((channel) => spend(first, channel))).toEqual([
      'ok',
      'ok',
      'rate_limited',
    ]);
    expect(['chat', 'other:a'].map((channel) => spend(first, channel))).toEqual(['ok', 'ok']);
    expect(['chat:a', 'chat:a'].map((channel) => spend(second, channel))).toEqual(['ok', 'ok']);
    expect(spend(third, 'chat:a')).toBe('rate_limited');
    expect(limits.refused).toEqual([
      { code: 'rate_limited', limit: 'publish chat', count: 1 },
      { code: 'rate_limited', limit: 'publish chat_per_user', count: 1 },
    ]);
  });

  it('counts the requests of one TCP connection together', () => {
    jest.useFakeTimers();
    const limits = createLimits({ namespaces });
    const request = { headers: {}, socket: { remoteAddress: '192.0.2.1' } } as unknown as IncomingMessage;
    const codes = [1, 2, 3].map(() => spend(limits.namespaceQuota(request, 'ann')!, 'chat:a'));
    expect(codes).toEqual(['ok', 'ok', 'rate_limited']);
    expect(createLimits({}).namespaceQuota(request, 'ann')).toBeUndefined();
  });
});
