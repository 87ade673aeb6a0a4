import { Permissions } from '@tetracast/access';
import type { Hub } from '@tetracast/hub';
import { nodeRuntime } from '@tetracast/node-io/runtime';
import { ConnectionPermissions } from '../../src/access/connection-permissions';
import { createHub, permissionsWith, TestConnection } from './fake-connections';

const LEEWAY_MS = 5000;
const EXPIRING_MS = 30_000;
/** An end is kept to two ticks of a tenth of a second. */
const TICKS_MS = 300;

const nobody = Permissions.anonymous(['news'], []);
const inS = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

let hub: Hub;
let openPermissions: ConnectionPermissions;

beforeEach(() => {
  jest.useFakeTimers({ now: 1_800_000_000_000, doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
  hub = createHub();
  openPermissions = new ConnectionPermissions(
    { tokenExpiryWarningMs: EXPIRING_MS, authLeewayMs: LEEWAY_MS },
    nodeRuntime,
  );
});

afterEach(() => {
  hub.close();
  jest.useRealTimers();
});

describe('a permission that ends', () => {
  it('gets a notice some time before, and closes its connection after the leeway, not before', () => {
    const client = new TestConnection(hub);
    openPermissions.add(permissionsWith({ exp: inS(60) }), client.connection);

    jest.advanceTimersByTime(60_000 - EXPIRING_MS - 1);
    expect(client.notices).toEqual([]);
    jest.advanceTimersByTime(TICKS_MS);
    const { id } = client.connection;
    expect(client.notices).toEqual([{ type: 'token_expiring', connection: id, expiresAt: inS(0) * 1000 + 30_000 }]);

    jest.advanceTimersByTime(EXPIRING_MS + LEEWAY_MS - TICKS_MS - 1);
    expect(client.closed).toBeUndefined();
    jest.advanceTimersByTime(2 * TICKS_MS);
    expect([client.closed, client.notices.length]).toEqual(['token_expired', 1]);
  });

  it('gets the notice at once when less than that is left', () => {
    const client = new TestConnection(hub);
    openPermissions.add(permissionsWith({ exp: inS(3) }), client.connection);
    jest.advanceTimersByTime(TICKS_MS);

    expect(client.notices).toMatchObject([{ type: 'token_expiring' }]);
  });

  it('goes on with a new token, gets a notice of it, and ends with that one', () => {
    const client = new TestConnection(hub);
    const permission = openPermissions.add(permissionsWith({ sub: 'ann', exp: inS(10) }), client.connection);
    jest.advanceTimersByTime(9000);
    openPermissions.renew(permission, permissionsWith({ sub: 'ann', exp: inS(60) }));
    jest.advanceTimersByTime(25_000);
    expect([client.closed, client.notices.length]).toEqual([undefined, 1]);
    jest.advanceTimersByTime(45_000);
    expect([client.closed, client.notices.length]).toEqual(['token_expired', 2]);
  });

  it('is none without an exp', () => {
    const client = new TestConnection(hub);
    const permission = openPermissions.add(permissionsWith({ exp: inS(10) }), client.connection);
    openPermissions.renew(permission, permissionsWith());
    jest.advanceTimersByTime(86_400_000);

    expect([client.closed, client.notices]).toEqual([undefined, []]);
  });
});

describe('a connection that waits for a token', () => {
  it('is ended if none comes in time', () => {
    const client = new TestConnection(hub);
    openPermissions.expectToken(openPermissions.add(nobody, client.connection), 1000);
    jest.advanceTimersByTime(999);
    expect(client.closed).toBeUndefined();
    jest.advanceTimersByTime(TICKS_MS);
    expect(client.closed).toBe('unauthorized');
  });

  it('waits no longer when one has come', () => {
    const client = new TestConnection(hub);
    const permission = openPermissions.add(nobody, client.connection);
    openPermissions.expectToken(permission, 1000);
    openPermissions.renew(permission, permissionsWith());
    jest.advanceTimersByTime(10_000);
    expect(client.closed).toBeUndefined();
  });
});

describe('a new token', () => {
  it.each([
    ['of another subject', { sub: 'ann' }, permissionsWith({ sub: 'bob' })],
    ['without a subject', { sub: 'ann' }, permissionsWith()],
    ['of a subject, where the first had none', {}, permissionsWith({ sub: 'bob' })],
    ['for fewer channels than the connection has', { sub: 'ann' }, permissionsWith({ sub: 'ann' }, ['other'])],
  ])('is refused %s, and the connection keeps what it had', async (_, claims, next) => {
    const { connection } = new TestConnection(hub);
    const first = permissionsWith(claims);
    const permission = openPermissions.add(first, connection);
    await connection.subscribe(['news'], { kind: 'now' });

    expect(() => openPermissions.renew(permission, next)).toThrow(
      expect.objectContaining({ code: 'forbidden' }) as Error,
    );
    expect(permission.permissions).toBe(first);
  });
});

describe('a token that is brought for a name', () => {
  const found = (name: string, permissions: Permissions): unknown[] =>
    openPermissions.find(name, permissions).map(({ connection }) => connection.sink);

  it('is meant for the lines of its subject with that client key', () => {
    const [first, second, other] = [
      new TestConnection(hub, 'key'),
      new TestConnection(hub, 'key'),
      new TestConnection(hub, 'other'),
    ];
    const ann = permissionsWith({ sub: 'ann' });
    for (const { connection } of [first, second]) openPermissions.add(ann, connection, { client: 'key' });
    openPermissions.add(ann, other.connection, { client: 'other' });

    expect(found('key', ann)).toEqual([first, second]);
  });

  it.each([
    ['no token', nobody],
    ['a token of another subject', permissionsWith({ sub: 'mallory' })],
    ['a token without a subject', permissionsWith()],
  ])('is never handed to a connection with %s that took the same client key', (_, held) => {
    const client = new TestConnection(hub, 'key');
    openPermissions.add(held, client.connection, { client: 'key' });

    expect(found('key', permissionsWith({ sub: 'ann' }))).toEqual([]);
    expect(found('key', permissionsWith())).toEqual([]);
  });

  it('is meant for the connection with that id, but never for one that has no token yet', () => {
    const [known, unknown] = [new TestConnection(hub), new TestConnection(hub)];
    openPermissions.add(permissionsWith(), known.connection);
    const permission = openPermissions.add(nobody, unknown.connection);
    openPermissions.renewFromElsewhere(
      openPermissions.find(known.connection.id, permissionsWith())[0]!,
      permissionsWith({ exp: inS(60) }),
    );

    expect(known.notices).toMatchObject([{ type: 'authenticated', connection: known.connection.id }]);
    expect(() => openPermissions.renewFromElsewhere(permission, permissionsWith())).toThrow(
      /send its first token on the connection itself/,
    );
    expect(permission.permissions).toBe(nobody);
  });
});

describe('a connection that is gone', () => {
  it.each(['before', 'after'])('is forgotten when it went %s its token was looked at', (when) => {
    const client = new TestConnection(hub, 'key');
    const permissions = permissionsWith({ sub: 'ann', exp: inS(10) });
    if (when === 'before') client.connection.close();
    const permission = openPermissions.add(permissions, client.connection, { client: 'key' });
    if (when === 'after') client.connection.close();
    openPermissions.expectToken(permission, 10);
    openPermissions.renew(permission, permissions);

    expect(openPermissions.find('key', permissions)).toEqual([]);
    expect(openPermissions.find(client.connection.id, permissions)).toEqual([]);
    // The hub keeps one of its own for its heartbeats, and one to sweep.
    expect(jest.getTimerCount()).toBe(timersOfHub);
    jest.advanceTimersByTime(60_000);
    expect([client.closed, client.notices]).toEqual([undefined, []]);
  });

  let timersOfHub: number;
  beforeEach(() => {
    timersOfHub = jest.getTimerCount();
  });

  it('is not ended twice when its token is revoked', () => {
    const [here, gone] = [new TestConnection(hub), new TestConnection(hub)];
    for (const { connection } of [here, gone]) openPermissions.add(permissionsWith({ jti: '1' }), connection);
    gone.connection.close();
    openPermissions.endConnectionsWhere(({ tokenId }) => tokenId === '1');

    expect([here.closed, gone.closed]).toEqual(['unauthorized', undefined]);
  });
});
