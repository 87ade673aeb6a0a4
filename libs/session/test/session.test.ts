import { CodedError, type Start } from '@tetracast/message-model';
import type { Session } from '../src/session';
import type { SessionServices } from '../src/session-services';
import type { SessionSettings } from '../src/session-settings';
import { QuietSink } from '@tetracast/hub/testing';
import { ADDRESS, createServices, mint, open, requestWith } from './session-fixture';

const refusal = (code: string): Error => expect.objectContaining({ name: 'CodedError', code }) as Error;

const WITHOUT_TOKEN = { request: requestWith(), tokenMayFollow: true };

describe('a session that waits for its first token', () => {
  it('may do nothing, is counted, and begins with the token', async () => {
    await using services = await createServices({ maxConnectionsPerIp: 1, maxConnectionsPerUser: 1 });
    const { limits } = services;
    const begun = jest.fn();
    const session = await open(services, { ...WITHOUT_TOKEN, onBegin: begun });

    expect(() => session.permissions).toThrow(refusal('unauthorized'));
    await expect(session.publish(() => ({ channel: 'news', data: 1 }))).rejects.toThrow(refusal('unauthorized'));
    await expect(session.subscribe(['news'], { kind: 'now' }, begun)).rejects.toThrow(refusal('unauthorized'));
    expect([limits.connections.hasRoom(ADDRESS), limits.connections.hasRoom('', 'ann')]).toEqual([false, true]);

    expect((await session.authenticate(mint())).subject).toBe('ann');
    expect(limits.connections.hasRoom('', 'ann')).toBe(false);
    expect(begun).not.toHaveBeenCalled();
    await session.begin();
    await session.begin();

    expect(begun).toHaveBeenCalledTimes(1);
    expect(session.connection.channels).toEqual(['news']);
    expect(session.permissions.subject).toBe('ann');
  });

  it('waits on after a token that is none', async () => {
    await using services = await createServices();
    const session = await open(services, WITHOUT_TOKEN);

    await expect(session.authenticate('none')).rejects.toThrow(refusal('unauthorized'));

    expect(session.connection.isClosed()).toBe(false);
    expect(() => session.permissions).toThrow(refusal('unauthorized'));
  });

  it('is closed when the token does not allow what it was opened for', async () => {
    await using services = await createServices();
    const session = await open(services, WITHOUT_TOKEN);
    await session.authenticate(mint({ tetracast: { subscribe: ['other'], publish: [] } }));

    await expect(session.begin()).rejects.toThrow(refusal('forbidden'));

    expect(session.connection.isClosed()).toBe(true);
    expect(services.hub.stats.connections).toBe(0);
  });

  it('is ended when no token comes in time', async () => {
    await using services = await createServices({ authTimeoutMs: 1 });
    const sink = new QuietSink();
    await open(services, { ...WITHOUT_TOKEN, sink });

    expect(await sink.whenClosed).toBe('unauthorized');
    expect(services.hub.stats.connections).toBe(0);
  });

  it.each<[string, Partial<SessionSettings>]>([
    ['where what it asks for is public', { publicSubscribe: ['news'] }],
    ['where there are no tokens', { authSecret: '' }],
  ])('is none %s', async (_where, changed) => {
    await using services = await createServices(changed);

    expect((await open(services, WITHOUT_TOKEN)).connection.channels).toEqual(['news']);
  });

  it('is none where no token can ever come: it is refused', async () => {
    await using services = await createServices({ authSecret: '', publicSubscribe: ['other'] });

    await expect(open(services, WITHOUT_TOKEN)).rejects.toThrow(refusal('unauthorized'));
  });
});

describe('what a client asks for in a session', () => {
  it('is published under its client key and its user, with the permission it has now', async () => {
    await using services = await createServices();
    const publish = jest.spyOn(services.hub, 'publish');
    const session = await open(services);

    await session.publish(() => ({ channel: 'news', data: 1 }));
    expect(publish).toHaveBeenLastCalledWith(expect.objectContaining({ client: 'key', user: 'ann' }));

    await session.authenticate(mint({ tetracast: { subscribe: ['news'], publish: [] } }));
    await expect(session.publishValid({ channel: 'news', data: 1 })).rejects.toThrow(refusal('forbidden'));
  });

  it('is counted before it is looked at', async () => {
    await using services = await createServices({
      publishRate: { connection: 1, address: 0, user: 0 },
      subscribeRate: { connection: 2, address: 0, user: 0 },
    });
    const session = await open(services);
    const read = jest.fn(() => ({ channel: 'news', data: 1 }));
    const prepare = jest.fn();
    for (let spent = 0; spent < 2; spent++) await session.publish(read);
    for (let spent = 0; spent < 3; spent++) session.unsubscribe(['news']);

    await expect(session.publish(read)).rejects.toThrow(refusal('rate_limited'));
    await expect(session.authenticate(mint())).rejects.toThrow(refusal('rate_limited'));
    await expect(session.subscribe(['news'], { kind: 'now' }, prepare, { prepare })).rejects.toThrow(
      refusal('rate_limited'),
    );
    expect(() => session.unsubscribe(['news'])).toThrow(refusal('rate_limited'));
    expect([read.mock.calls.length, prepare.mock.calls.length]).toEqual([2, 0]);
  });

  it('is prepared only once it is allowed', async () => {
    await using services = await createServices();
    const session = await open(services);
    const prepare = jest.fn();

    await expect(session.subscribe(['other'], { kind: 'now' }, prepare, { prepare })).rejects.toThrow(
      refusal('forbidden'),
    );

    expect(prepare).not.toHaveBeenCalled();
  });
});

describe('a client that asks to be a member', () => {
  const asMember = { presence: 'join' } as const;
  const NOW = { kind: 'now' } as const;

  /** A session with room for one channel more. */
  async function openNearlyFull(services: SessionServices): Promise<Session> {
    const channels = Array.from({ length: 99 }, (_, index) => `other-${index}`);
    return open(services, { request: requestWith(), subscription: { channels, start: NOW } });
  }
  const WITH_ROOMS = { authSecret: '', namespaces: new Map([['room', { presence: true }]]) };

  it.each<[string, string[], Start]>([
    ['too_many_channels', ['room:1', 'room:2'], NOW],
    ['invalid_request', ['room:1'], { kind: 'rewind', count: 10_001 }],
  ])('is none if its subscription is refused with %s', async (code, channels, start) => {
    await using services = await createServices(WITH_ROOMS);
    const session = await openNearlyFull(services);

    await expect(session.subscribe(channels, start, jest.fn(), asMember)).rejects.toThrow(refusal(code));

    expect(await services.bus.readMembers('room:1', { limit: 0 })).toMatchObject({ count: 0 });
  });

  it('leaves again if its subscription fails', async () => {
    await using services = await createServices(WITH_ROOMS);
    const leave = jest.spyOn(services.presence, 'leave');
    const session = await openNearlyFull(services);
    jest.spyOn(services.hub, 'openChannels').mockRejectedValueOnce(new CodedError('overloaded', 'too many channels'));

    await expect(session.subscribe(['room:1'], NOW, jest.fn(), asMember)).rejects.toThrow(refusal('overloaded'));

    expect(leave.mock.calls).toEqual([[[expect.objectContaining({ channel: 'room:1', connections: 0 })], 10_000]]);
    session.close();
    expect(leave).toHaveBeenCalledTimes(1);
  });

  it('leaves once if it closes while its subscription is under way', async () => {
    await using services = await createServices(WITH_ROOMS);
    const leave = jest.spyOn(services.presence, 'leave');
    const session = await openNearlyFull(services);
    jest.spyOn(services.hub, 'openChannels').mockImplementationOnce(() => {
      session.close();
      return Promise.reject(new CodedError('overloaded', 'too many channels'));
    });

    await expect(session.subscribe(['room:1'], NOW, jest.fn(), asMember)).rejects.toThrow(refusal('overloaded'));

    expect(leave.mock.calls).toEqual([[[expect.objectContaining({ channel: 'room:1', connections: 0 })], 10_000]]);
  });
});
