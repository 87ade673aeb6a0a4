import type { Permissions } from '@tetracast/access';
import { QuietSink } from '@tetracast/hub/testing';
import { CodedError } from '@tetracast/message-model';
import type { SessionRequest } from '../src/open-session';
import { ADDRESS, createServices, mint, open, requestWith, type TestServices } from './session-fixture';

const refusal = (code: string): Error => expect.objectContaining({ name: 'CodedError', code }) as Error;

const SUBSCRIPTION: SessionRequest['subscription'] = { channels: ['news'], start: { kind: 'now' }, client: 'key' };

/** What `services` still has of a client at {@link ADDRESS}, of ann, with the client key `key`. */
async function leftOf({ limits, hub, access }: TestServices): Promise<Record<string, unknown>> {
  const ann: Permissions = await access.permissionsForToken(mint());
  return {
    connections: hub.stats.connections,
    isCountedForAddress: !limits.connections.hasRoom(ADDRESS),
    isCountedForUser: !limits.connections.hasRoom('192.0.2.2', 'ann'),
    hasPermission: await access.renewByName('key', ann),
  };
}

const NOTHING_LEFT = { connections: 0, isCountedForAddress: false, isCountedForUser: false, hasPermission: false };

const ONE_EACH = { maxConnectionsPerIp: 1, maxConnectionsPerUser: 1 };

it('counts the connection, registers its permission and subscribes it; closing the session ends all of that', async () => {
  await using services = await createServices(ONE_EACH);
  const cursors: string[] = [];
  const session = await open(services, { onBegin: (cursor) => cursors.push(cursor) });

  expect(session.connection.channels).toEqual(['news']);
  expect(cursors).toEqual([session.connection.cursor]);
  expect(session.permissions.subject).toBe('ann');
  expect(await leftOf(services)).toEqual({
    connections: 1,
    isCountedForAddress: true,
    isCountedForUser: true,
    hasPermission: true,
  });

  session.close();
  session.close();
  expect(await leftOf(services)).toEqual(NOTHING_LEFT);
});

it('takes the steps in one order: from the cheap to the dear, and nothing before it is counted', async () => {
  await using services = await createServices();
  const { access, hub, limits } = services;
  const steps: string[] = [];
  const record = <T extends object>(object: T, method: keyof T & string, name: string): void => {
    const original = (object[method] as (...args: unknown[]) => unknown).bind(object);
    Object.defineProperty(object, method, {
      value: (...args: unknown[]) => {
        steps.push(name);
        return original(...args);
      },
    });
  };
  const request = requestWith(mint());
  const quota = limits.quotaFor(request);
  record(quota, 'spend', 'rate of the address');
  record(quota, 'addConnection', 'connection counted');
  record(hub, 'connect', 'connected');
  record(access, 'permissionsForRequest', 'authenticated');
  record(quota, 'identify', 'counted for the user');
  record(access, 'openPermission', 'permission registered');

  await open(services, {
    request,
    quota,
    onConnect: ({ connection }) => record(connection, 'subscribe', 'subscribed'),
    prepare: async () => {
      steps.push('prepared');
      return Promise.resolve(SUBSCRIPTION);
    },
  });

  expect(steps).toEqual([
    'rate of the address',
    'connection counted',
    'connected',
    'authenticated',
    'counted for the user',
    'prepared',
    'permission registered',
    'subscribed',
  ]);
});

it('leaves the permission of a session that may end at once to be registered by its transport', async () => {
  await using services = await createServices();
  const session = await open(services, { registersLater: true });
  expect(await leftOf(services)).toMatchObject({ connections: 1, hasPermission: false });

  session.registerPermission();
  expect(await leftOf(services)).toMatchObject({ connections: 1, hasPermission: true });

  session.close();
  expect(await leftOf(services)).toMatchObject({ connections: 0, hasPermission: false });
});

describe('a step that fails undoes those before it', () => {
  const failure = new CodedError('internal', 'as the test wants');

  it.each<[string, string, Partial<SessionRequest>]>([
    ['what the transport does when it is connected', 'internal', { onConnect: () => throwing(failure) }],
    ['authentication, by a token', 'unauthorized', { request: requestWith('none') }],
    ['authentication, by a ticket', 'unauthorized', { credential: { ticket: 'none' } }],
    ['authentication, without a token', 'unauthorized', { request: requestWith() }],
    ['preparation', 'internal', { prepare: () => Promise.reject(failure) }],
    ['the check of permissions', 'forbidden', { subscription: { ...SUBSCRIPTION, channels: ['other'] } }],
    [
      'the subscription',
      'invalid_request',
      { subscription: { ...SUBSCRIPTION, start: { kind: 'rewind', count: 1_000_000 } } },
    ],
    ['what the transport does when it begins', 'internal', { onBegin: () => throwing(failure) }],
  ])('%s', async (_step, code, changed) => {
    await using services = await createServices(ONE_EACH);

    await expect(open(services, changed)).rejects.toThrow(refusal(code));

    expect(await leftOf(services)).toEqual(NOTHING_LEFT);
  });

  it('the registration of the permission, since its token was revoked meanwhile', async () => {
    await using services = await createServices(ONE_EACH);
    jest.spyOn(services.access, 'openPermission').mockImplementationOnce(() => {
      throw new CodedError('unauthorized', 'the token was revoked');
    });

    await expect(open(services)).rejects.toThrow(refusal('unauthorized'));

    expect(await leftOf(services)).toEqual(NOTHING_LEFT);
  });

  it('the count for the user', async () => {
    await using services = await createServices({ maxConnectionsPerUser: 1, maxConnectionsPerIp: 2 });
    const first = await open(services);

    await expect(open(services)).rejects.toThrow(refusal('rate_limited'));

    expect(services.hub.stats.connections).toBe(1);
    expect(services.limits.connections.hasRoom(ADDRESS)).toBe(true);
    first.close();
    expect(await leftOf(services)).toEqual(NOTHING_LEFT);
  });

  it.each([
    ['the rate of the address', { subscribeRate: { connection: 50, address: 1, user: 500 } }, 'rate_limited'],
    ['the count of connections', { maxConnections: 2 }, 'overloaded'],
  ])('%s, before which there is nothing', async (_step, changed, code) => {
    await using services = await createServices(changed);
    await open(services);
    await open(services);
    const authenticate = jest.spyOn(services.access, 'permissionsForRequest');

    await expect(open(services)).rejects.toThrow(refusal(code));

    expect(services.hub.stats.connections).toBe(2);
    expect(authenticate).not.toHaveBeenCalled();
  });
});

describe('a connection that ends while its session is opened', () => {
  it.each<[string, (end: () => void) => Partial<SessionRequest>]>([
    [
      'during authentication',
      (end) => ({
        onConnect: ({ connection }) => {
          end();
          expect(connection.isClosed()).toBe(true);
        },
        prepare: () => throwing(new Error('nothing is prepared for a connection that is closed')),
      }),
    ],
    [
      'during preparation',
      (end) => ({
        prepare: () => {
          end();
          return Promise.resolve(SUBSCRIPTION);
        },
      }),
    ],
  ])('%s gets nothing more', async (_when, changedBy) => {
    await using services = await createServices(ONE_EACH);
    const sink = new QuietSink();
    const begun = jest.fn();

    const session = await open(services, {
      sink,
      onBegin: begun,
      ...changedBy(() => services.hub.drain('going_away')),
    });

    expect(sink.closed).toBe('going_away');
    expect(session.connection.isClosed()).toBe(true);
    expect(begun).not.toHaveBeenCalled();
    expect(await leftOf(services)).toEqual(NOTHING_LEFT);
  });
});

it('leaves a quota that has its connection as it is: several sessions of one client share it', async () => {
  await using services = await createServices(ONE_EACH);
  const request = requestWith(mint());
  const quota = services.limits.quotaFor(request);
  quota.addConnection();

  const sessions = [await open(services, { request, quota }), await open(services, { request, quota })];
  for (const session of sessions) session.close();
  await expect(open(services, { quota, request: requestWith('none') })).rejects.toThrow(refusal('unauthorized'));

  expect(await leftOf(services)).toEqual({ ...NOTHING_LEFT, isCountedForAddress: true, isCountedForUser: true });
  quota.onClose();
  expect(await leftOf(services)).toEqual(NOTHING_LEFT);
});

describe('a ticket', () => {
  it('opens a session, and stands for each new token of it', async () => {
    await using services = await createServices();
    const { access } = services;
    const { claims } = await access.permissionsForToken(mint({ jti: 'first' }));
    const { ticket } = await access.tickets.issue(claims!, ['news']);
    const session = await open(services, { request: requestWith(), credential: { ticket } });
    expect(session.permissions.tokenId).toBe('first');
    const stored = new Promise<void>((resolve) => {
      const renew = access.tickets.renew.bind(access.tickets);
      access.tickets.renew = (...args) => renew(...args).then(resolve);
    });

    await session.authenticate(mint({ jti: 'second' }));
    await stored;

    expect((await access.tickets.redeem(ticket, ['news'])).tokenId).toBe('second');
  });

  it('for other channels is refused', async () => {
    await using services = await createServices(ONE_EACH);
    const { claims } = await services.access.permissionsForToken(mint());
    const { ticket } = await services.access.tickets.issue(claims!, ['other']);

    await expect(open(services, { credential: { ticket } })).rejects.toThrow(refusal('forbidden'));
    expect(await leftOf(services)).toEqual(NOTHING_LEFT);
  });
});

it('without a token and with nothing public nothing is prepared', async () => {
  await using services = await createServices();
  const prepare = jest.fn();

  await expect(open(services, { request: requestWith(), prepare })).rejects.toThrow(refusal('unauthorized'));
  expect(prepare).not.toHaveBeenCalled();
});

function throwing(error: Error): never {
  throw error;
}
