import { Grant } from '@tetracast/access';
import type { Hub } from '@tetracast/hub';
import { Permits } from '../../src/access/permits';
import { createHub, grantWith, TestLine } from './lines';

const LEEWAY_MS = 5000;
const EXPIRING_MS = 30_000;
/** An end is kept to two ticks of a tenth of a second. */
const TICKS_MS = 300;

const nobody = Grant.anonymous(['news'], []);
const inS = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

let hub: Hub;
let permits: Permits;

beforeEach(() => {
  jest.useFakeTimers({ now: 1_800_000_000_000, doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
  hub = createHub();
  permits = new Permits({ tokenExpiringMs: EXPIRING_MS, authLeewayMs: LEEWAY_MS });
});

afterEach(() => {
  hub.close();
  jest.useRealTimers();
});

describe('a permit that ends', () => {
  it('is told some time before, and ends its line after the leeway, not before', () => {
    const line = new TestLine(hub);
    permits.add(grantWith({ exp: inS(60) }), line.connection);

    jest.advanceTimersByTime(60_000 - EXPIRING_MS - 1);
    expect(line.told).toEqual([]);
    jest.advanceTimersByTime(TICKS_MS);
    const { id } = line.connection;
    expect(line.told).toEqual([{ type: 'token_expiring', connection: id, expires: inS(0) * 1000 + 30_000 }]);

    jest.advanceTimersByTime(EXPIRING_MS + LEEWAY_MS - TICKS_MS - 1);
    expect(line.closed).toBeUndefined();
    jest.advanceTimersByTime(2 * TICKS_MS);
    expect([line.closed, line.told.length]).toEqual(['token_expired', 1]);
  });

  it('is told at once when less than that is left', () => {
    const line = new TestLine(hub);
    permits.add(grantWith({ exp: inS(3) }), line.connection);
    jest.advanceTimersByTime(TICKS_MS);

    expect(line.told).toMatchObject([{ type: 'token_expiring' }]);
  });

  it('goes on with a new token, of which it is told and which ends, too', () => {
    const line = new TestLine(hub);
    const permit = permits.add(grantWith({ sub: 'ann', exp: inS(10) }), line.connection);
    jest.advanceTimersByTime(9000);
    permits.renew(permit, grantWith({ sub: 'ann', exp: inS(60) }));
    jest.advanceTimersByTime(25_000);
    expect([line.closed, line.told.length]).toEqual([undefined, 1]);
    jest.advanceTimersByTime(45_000);
    expect([line.closed, line.told.length]).toEqual(['token_expired', 2]);
  });

  it('is none without an exp', () => {
    const line = new TestLine(hub);
    const permit = permits.add(grantWith({ exp: inS(10) }), line.connection);
    permits.renew(permit, grantWith());
    jest.advanceTimersByTime(86_400_000);

    expect([line.closed, line.told]).toEqual([undefined, []]);
  });
});

describe('a line that waits for a token', () => {
  it('is ended if none comes in time', () => {
    const line = new TestLine(hub);
    permits.expectToken(permits.add(nobody, line.connection), 1000);
    jest.advanceTimersByTime(999);
    expect(line.closed).toBeUndefined();
    jest.advanceTimersByTime(TICKS_MS);
    expect(line.closed).toBe('unauthorized');
  });

  it('waits no longer when one has come', () => {
    const line = new TestLine(hub);
    const permit = permits.add(nobody, line.connection);
    permits.expectToken(permit, 1000);
    permits.renew(permit, grantWith());
    jest.advanceTimersByTime(10_000);
    expect(line.closed).toBeUndefined();
  });
});

describe('a new token', () => {
  it.each([
    ['of another subject', { sub: 'ann' }, grantWith({ sub: 'bob' })],
    ['without a subject', { sub: 'ann' }, grantWith()],
    ['of a subject, where the first had none', {}, grantWith({ sub: 'bob' })],
    ['for fewer channels than the line has', { sub: 'ann' }, grantWith({ sub: 'ann' }, ['other'])],
  ])('is refused %s, and the line keeps what it had', async (_, claims, next) => {
    const { connection } = new TestLine(hub);
    const first = grantWith(claims);
    const permit = permits.add(first, connection);
    await connection.subscribe(['news'], { kind: 'now' });

    expect(() => permits.renew(permit, next)).toThrow(expect.objectContaining({ code: 'forbidden' }) as Error);
    expect(permit.grant).toBe(first);
  });
});

describe('a token that is brought for a name', () => {
  const found = (name: string, grant: Grant): unknown[] =>
    permits.find(name, grant).map(({ connection }) => connection.sink);

  it('is meant for the lines of its subject with that client key', () => {
    const [first, second, other] = [new TestLine(hub, 'key'), new TestLine(hub, 'key'), new TestLine(hub, 'other')];
    const ann = grantWith({ sub: 'ann' });
    for (const { connection } of [first, second]) permits.add(ann, connection, { client: 'key' });
    permits.add(ann, other.connection, { client: 'other' });

    expect(found('key', ann)).toEqual([first, second]);
  });

  it.each([
    ['no token', nobody],
    ['a token of another subject', grantWith({ sub: 'mallory' })],
    ['a token without a subject', grantWith()],
  ])('is never handed to a line with %s that took the same client key', (_, held) => {
    const line = new TestLine(hub, 'key');
    permits.add(held, line.connection, { client: 'key' });

    expect(found('key', grantWith({ sub: 'ann' }))).toEqual([]);
    expect(found('key', grantWith())).toEqual([]);
  });

  it('is meant for the line with that id, but never for one that has no token yet', () => {
    const [known, unknown] = [new TestLine(hub), new TestLine(hub)];
    permits.add(grantWith(), known.connection);
    const permit = permits.add(nobody, unknown.connection);
    permits.renewFromElsewhere(permits.find(known.connection.id, grantWith())[0]!, grantWith({ exp: inS(60) }));

    expect(known.told).toMatchObject([{ type: 'authenticated', connection: known.connection.id }]);
    expect(() => permits.renewFromElsewhere(permit, grantWith())).toThrow(/brings its first itself/);
    expect(permit.grant).toBe(nobody);
  });
});

describe('a line that is gone', () => {
  it.each(['before', 'after'])('is forgotten when it went %s its token was looked at', (when) => {
    const line = new TestLine(hub, 'key');
    const grant = grantWith({ sub: 'ann', exp: inS(10) });
    if (when === 'before') line.connection.close();
    const permit = permits.add(grant, line.connection, { client: 'key' });
    if (when === 'after') line.connection.close();
    permits.expectToken(permit, 10);
    permits.renew(permit, grant);

    expect(permits.find('key', grant)).toEqual([]);
    expect(permits.find(line.connection.id, grant)).toEqual([]);
    // The hub keeps one of its own for its heartbeats, and one to sweep.
    expect(jest.getTimerCount()).toBe(timersOfHub);
    jest.advanceTimersByTime(60_000);
    expect([line.closed, line.told]).toEqual([undefined, []]);
  });

  let timersOfHub: number;
  beforeEach(() => {
    timersOfHub = jest.getTimerCount();
  });

  it('is not ended twice when its grant is taken back', () => {
    const [here, gone] = [new TestLine(hub), new TestLine(hub)];
    for (const { connection } of [here, gone]) permits.add(grantWith({ jti: '1' }), connection);
    gone.connection.close();
    permits.endThose(({ tokenId }) => tokenId === '1');

    expect([here.closed, gone.closed]).toEqual(['unauthorized', undefined]);
  });
});
