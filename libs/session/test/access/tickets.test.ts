import { MemoryBus } from '@tetracast/bus';
import type { TokenClaims } from '@tetracast/access';
import { CodedError } from '@tetracast/message-model';
import { nodeRuntime } from '@tetracast/node-io/runtime';
import { createHash } from 'node:crypto';
import { Tickets } from '../../src/access/tickets';
import { permissionsWith } from './fake-connections';

const START_MS = 1_800_000_000_000;
const ENDLESS_MS = 86_400_000;
const UNUSED_MS = 30_000;

/** The claims of a token that lasts this many seconds from the start of the test. */
const claimsFor = (seconds?: number): TokenClaims =>
  permissionsWith({ sub: 'ann', ...(seconds === undefined ? {} : { exp: START_MS / 1000 + seconds }) }, ['a', 'b', 'c'])
    .claims!;

const refusal = (code: string): Error => expect.objectContaining({ name: 'CodedError', code }) as Error;

let bus: MemoryBus;
let tickets: Tickets;

beforeEach(() => {
  jest.useFakeTimers({ now: START_MS, doNotFake: ['nextTick', 'queueMicrotask'] });
  bus = new MemoryBus({ retention: { size: 100, ttlMs: 60_000 } });
  tickets = new Tickets(bus, { ticketUnusedMs: UNUSED_MS, revocationTtlMs: ENDLESS_MS }, nodeRuntime);
});

afterEach(async () => {
  await bus.close();
  jest.useRealTimers();
});

const issue = async (seconds?: number): Promise<string> => (await tickets.issue(claimsFor(seconds), ['a', 'b'])).ticket;

describe('a ticket', () => {
  it('stands for the claims of its token', async () => {
    const ticket = await issue(600);
    expect((await tickets.redeem(ticket, ['a', 'b'])).claims).toEqual(claimsFor(600));
  });

  it('is another one each time, and is kept as its hash only', async () => {
    const kept = jest.spyOn(bus, 'putValue');
    const [one, two] = [await issue(), await issue()];
    expect(one).toMatch(/^[\w-]{43}$/);
    expect(two).not.toBe(one);
    const [key, value] = kept.mock.calls[0]!;
    expect(key).toBe(`ticket:${createHash('sha256').update(one).digest('base64url')}`);
    expect(key + value).not.toContain(one);
  });

  it.each([[['c']], [['a', 'c']], [['a', '']], [['__proto__']], [['toString']]])(
    'is for other channels than %j',
    async (channels) => {
      await expect(tickets.redeem(await issue(600), channels)).rejects.toThrow(refusal('forbidden'));
    },
  );

  it.each(['', 'made up', '__proto__'])('is not "%s"', async (ticket) => {
    await issue(600);
    await expect(tickets.redeem(ticket, ['a'])).rejects.toThrow(refusal('unauthorized'));
  });

  it('is dead after that time without a use, and says when that will be, though its token lives', async () => {
    const [late, intime] = [await issue(600), await issue(600)];
    expect((await tickets.issue(claimsFor(600), ['a'])).useBefore).toBe(START_MS + UNUSED_MS);
    jest.advanceTimersByTime(UNUSED_MS - 1);
    expect(await tickets.redeem(intime, ['a'])).toBeDefined();
    jest.advanceTimersByTime(1);
    await expect(tickets.redeem(late, ['a'])).rejects.toThrow(refusal('unauthorized'));
  });

  it('stays unused when it is refused for other channels', async () => {
    const ticket = await issue(600);
    await expect(tickets.redeem(ticket, ['c'])).rejects.toThrow();
    jest.advanceTimersByTime(UNUSED_MS);
    await expect(tickets.redeem(ticket, ['a'])).rejects.toThrow(refusal('unauthorized'));
  });

  it('once used is good as long as its token, and no longer', async () => {
    const ticket = await issue(600);
    await tickets.redeem(ticket, ['a']);
    jest.advanceTimersByTime(599_999);
    expect(await tickets.redeem(ticket, ['b'])).toBeDefined();
    jest.advanceTimersByTime(1);
    await expect(tickets.redeem(ticket, ['a'])).rejects.toThrow(refusal('unauthorized'));
  });

  it('of a token that expired before the first use is refused', async () => {
    const ticket = await issue(10);
    jest.advanceTimersByTime(10_000);
    await expect(tickets.redeem(ticket, ['a'])).rejects.toThrow(/has expired/);
  });

  it('of a token without an end is kept that long after each use', async () => {
    const ticket = await issue();
    for (let use = 0; use < 3; use++) {
      await tickets.redeem(ticket, ['a']);
      jest.advanceTimersByTime(ENDLESS_MS - 1);
    }
    jest.advanceTimersByTime(1);
    await expect(tickets.redeem(ticket, ['a'])).rejects.toThrow(refusal('unauthorized'));
  });

  it('whose claims are no longer let in is refused, and not kept any longer for that', async () => {
    const ticket = await issue();
    const kept = jest.spyOn(bus, 'putValue');
    const strict = new Tickets(bus, { ticketUnusedMs: UNUSED_MS, revocationTtlMs: ENDLESS_MS }, nodeRuntime, () => {
      throw new CodedError('unauthorized', 'the token was revoked');
    });

    await expect(strict.redeem(ticket, ['a'])).rejects.toThrow(refusal('unauthorized'));
    expect(kept).not.toHaveBeenCalled();
  });

  it('stands for a new token of its stream, and for that stream only', async () => {
    const ticket = await issue(10);
    await tickets.redeem(ticket, ['a']);
    await tickets.renew(ticket, permissionsWith(claimsFor(600)), ['a']);
    jest.advanceTimersByTime(300_000);

    expect((await tickets.redeem(ticket, ['a'])).expiresAtMs).toBe(START_MS + 600_000);
    await expect(tickets.redeem(ticket, ['b'])).rejects.toThrow(refusal('forbidden'));
  });
});
