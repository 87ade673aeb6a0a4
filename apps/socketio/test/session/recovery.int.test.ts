import { MemoryBus } from '@tetracast/bus';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { freePort, words } from '@tetracast/testing';
import { FaultyBus } from '@tetracast/bus/testing';
import { madeUpPid } from './made-up-pid';
import { startService } from '../start-service';
import { happens, openClient, startClient, TRANSPORTS } from '../stock-client';

const PID = madeUpPid();

type Publish = (channel: string, data: unknown) => Promise<unknown>;

/** A service that can be replaced by another on the same port and the same log, as by a deploy. */
interface RestartableService extends AsyncDisposable {
  readonly url: string;
  readonly bus: FaultyBus;
  readonly restart: (meanwhile?: (publish: Publish) => Promise<unknown>) => Promise<void>;
}

async function startRestartable(size = 1000): Promise<RestartableService> {
  const bus = new FaultyBus({ retention: { size, ttlMs: 600_000 } });
  bus.survivesClose = true;
  const PORT = String(await freePort());
  let service = await startService({ PORT }, { bus });
  const { url } = service;
  const publish: Publish = (channel, data) =>
    bus.append({ channel, event: 'message', data: JSON.stringify(data), echo: true });
  return {
    url,
    bus,
    restart: async (meanwhile) => {
      await service[Symbol.asyncDispose]();
      await meanwhile?.(publish);
      service = await startService({ PORT }, { bus });
    },
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  };
}

describe.each(TRANSPORTS)('recovery by the stock client over %s', (_, transports) => {
  it('lasts over a restart of the service, and brings what came meanwhile', async () => {
    await using service = await startRestartable();
    using client = await openClient(service.url, { channels: ['news'] }, { transports: [...transports] });
    const { id } = client.socket;
    await client.ask('publish', { channel: 'news', data: 'before' });
    expect(await client.nextData()).toBe('before');

    await service.restart((publish) => publish('news', 'meanwhile'));

    expect(await client.connects.one()).toBe(true);
    expect(client.socket.id).toBe(id);
    expect(await client.nextData()).toBe('meanwhile');
    await client.ask('publish', { channel: 'news', data: 'after' });
    expect(await client.nextData()).toBe('after');
  });

  it('lasts over several in a row, without an event between', async () => {
    await using service = await startRestartable();
    using client = await openClient(service.url, { channels: 'news,other' }, { transports: [...transports] });

    for (let round = 1; round <= 3; round++) {
      await service.restart();
      expect(await client.connects.one()).toBe(true);
      expect(await client.events.one()).toMatchObject(['tetracast:ready', {}, expect.any(String)]);
    }
    await service.restart((publish) => publish('other', 'at last'));

    expect(await client.nextData()).toBe('at last');
    expect(client.connects.items).toEqual([false, true, true, true, true]);
  });

  it('works for a namespace', async () => {
    await using service = await startRestartable();
    using client = await openClient(`${service.url}/news`, {}, { transports: [...transports] });

    await service.restart((publish) => publish('news', 'meanwhile'));

    expect(await client.connects.one()).toBe(true);
    expect(await client.nextData()).toBe('meanwhile');
  });
});

describe('recovery', () => {
  it('remembers what was subscribed to and unsubscribed from by events', async () => {
    await using service = await startRestartable();
    using client = await openClient(service.url, { channels: ['named', 'dropped'] });
    expect(await client.ask('subscribe', { channels: ['added', 'gone'] })).toMatchObject({ ok: true });
    expect(await client.ask('unsubscribe', { channels: ['dropped', 'gone'] })).toMatchObject({ ok: true });

    for (let round = 1; round <= 2; round++) {
      await service.restart(async (publish) => {
        for (const channel of ['dropped', 'gone', 'named', 'added']) await publish(channel, `${channel} ${round}`);
      });
      expect(await client.connects.one()).toBe(true);
      expect([await client.nextData(), await client.nextData()]).toEqual([`named ${round}`, `added ${round}`]);
    }
  });

  it('remembers it for as long as the client is connected, and longer than messages are kept', async () => {
    const now = Date.now;
    let passedMs = 0;
    jest.spyOn(Date, 'now').mockImplementation(() => now() + passedMs);
    const bus = new MemoryBus({ retention: { size: 10, ttlMs: 60_000 } });
    const saved = jest.spyOn(bus, 'putValue');
    await using service = await startService({ HISTORY_TTL: '60s', HEARTBEAT_INTERVAL: '50ms' }, { bus });
    using client = await openClient(service.url);
    await client.ask('subscribe', { channels: ['added'] });
    // The latest: on a busy machine a heartbeat may have kept it before.
    const [key, value] = saved.mock.calls.filter(([name]) => name.startsWith('socketio:')).at(-1) ?? [];

    for (let heartbeats = 0; heartbeats < 24; heartbeats++) {
      await happens(client.socket.io, 'ping');
      passedMs += 10_000;
    }

    // As after a crash: nobody said good-bye.
    expect(await bus.getValue(key ?? '')).toBe(value);
    client.socket.io.engine.close();
    expect(await client.connects.one()).toBe(true);
    await client.ask('publish', { channel: 'added', data: 'still there' });
    expect(await client.nextData()).toBe('still there');
  });

  it('goes on from where a channel was added, when the line is cut before it had a message', async () => {
    await using service = await startRestartable();
    using publisher = await openClient(service.url);
    using client = await openClient(service.url, { channels: ['named'] });
    for (const data of words(3)) await publisher.ask('publish', { channel: 'added', data });

    expect(await client.ask('subscribe', { channels: ['added'] })).toMatchObject({ ok: true });
    await service.restart((publish) => publish('added', 'meanwhile'));
    expect(await client.nextData()).toBe('meanwhile');

    using late = await openClient(service.url, { channels: ['named'] });
    await late.ask('subscribe', { channels: ['added'], after: 'earliest' });
    await service.restart();
    for (const data of [...words(3), 'meanwhile']) expect(await late.nextData()).toBe(data);
  });

  it('says so when messages were lost: not recovered, a reset, and what is left', async () => {
    await using service = await startRestartable(5);
    using client = await openClient(service.url, { channels: ['news'] });
    const { id } = client.socket;
    await client.ask('publish', { channel: 'news', data: 'before' });
    await client.nextData();

    await service.restart(async (publish) => {
      for (const data of words(8)) await publish('news', data);
    });

    expect(await client.connects.one()).toBe(false);
    expect((await client.events.one())[0]).toBe('tetracast:ready');
    expect(await client.events.one()).toMatchObject([
      'tetracast:reset',
      { reason: 'trimmed', channels: ['news'] },
      expect.any(String),
    ]);
    for (const data of words(8).slice(3)) expect(await client.nextData()).toBe(data);
    expect(client.socket.id).not.toBe(id);

    const later = client.socket.id;
    await service.restart((publish) => publish('news', 'later'));
    expect(await client.connects.one()).toBe(true);
    expect(client.socket.id).toBe(later);
    expect(await client.nextData()).toBe('later');
  });

  it('is not misled by strings of the application in the last place', async () => {
    await using service = await startRestartable();
    using client = await openClient(`${service.url}/news`);
    using other = await openClient(`${service.url}/news`);
    other.socket.on('question', (_data, _info, _cursor) => undefined);

    await client.ask('chat', 'earliest');
    other.socket.emit('chat', 'a', 'b', 'not-a-cursor');
    expect(await client.nextData()).toEqual(['a', 'b', 'not-a-cursor']);
    expect(await other.nextData()).toBe('earliest');

    await service.restart((publish) => publish('news', 'meanwhile'));

    expect([await client.connects.one(), await other.connects.one()]).toEqual([true, true]);
    expect([await client.nextData(), await other.nextData()]).toEqual(['meanwhile', 'meanwhile']);
  });

  it.each([
    ['is none of ours', { pid: 'abc', offset: 'e-1' }],
    ['comes without an offset', { pid: PID }],
    ['comes with an offset that is no cursor', { pid: PID, offset: 'no cursor' }],
    ['is no string', { pid: { $ne: 1 }, offset: ['a'] }],
  ])('is not claimed when the private id %s', async (_, auth) => {
    await using service = await startRestartable();

    using client = await openClient(service.url, { ...auth, channels: ['news'] });

    await client.ask('publish', { channel: 'news', data: 'served' });
    expect(await client.nextData()).toBe('served');
  });

  it('leaves nothing behind of a client that goes while its session is looked up', async () => {
    const bus = new MemoryBus({ retention: { size: 10, ttlMs: 60_000 } });
    let answer = (): void => undefined;
    const asked = new Promise<void>((resolve) => {
      bus.getValue = () => {
        resolve();
        return new Promise((found) => (answer = () => found(undefined)));
      };
    });
    await using service = await startService({}, { bus });
    const subscribed = jest.spyOn(bus, 'subscribe');
    const connected = once(service.app.server, 'connection') as Promise<[Socket]>;
    const auth = { channels: ['news'], pid: PID, offset: 'e-1' };
    const client = startClient(service.url, auth, { transports: ['websocket'], reconnection: false });
    const [line] = await connected;
    await asked;

    const gone = new Promise((resolve) => line.once('close', resolve));
    client[Symbol.dispose]();
    await gone;
    answer();
    await new Promise(setImmediate);

    expect(service.connections()).toBe(0);
    expect(subscribed).not.toHaveBeenCalled();
  });

  it('keeps the client key, so that its own messages stay hidden from it', async () => {
    await using service = await startRestartable();
    using client = await openClient(`${service.url}/news`);
    const { id } = client.socket;
    await client.ask('chat', 'mine');

    await service.restart((publish) => publish('news', 'meanwhile'));
    using witness = startClient(`${service.url}/news`, { after: 'earliest' });

    expect(await client.nextData()).toBe('meanwhile');
    const [, , info] = await witness.events.next(2).then(([, message]) => message ?? []);
    expect(info).toMatchObject({ client: id });
  });
});

describe('while the log is out of reach', () => {
  it('a client keeps trying by itself, and is served when the log is back', async () => {
    await using service = await startRestartable();
    service.bus.isUnavailable = true;
    using client = startClient(service.url, { channels: ['news'] });
    await happens(client.socket.io, 'reconnect');
    await happens(client.socket.io, 'reconnect');
    expect(client.errors.items).toEqual([]);

    service.bus.isUnavailable = false;

    expect(await client.connects.one()).toBe(false);
    await client.ask('publish', { channel: 'news', data: 'served' });
    expect(await client.nextData()).toBe('served');
  });

  it('a client that comes back is not told that it lost its session', async () => {
    await using service = await startRestartable();
    using client = await openClient(service.url, { channels: ['news'] });
    service.bus.isUnavailable = true;
    client.socket.io.engine.close();
    await happens(client.socket.io, 'reconnect');

    service.bus.isUnavailable = false;

    expect(await client.connects.one()).toBe(true);
  });

  it('events are answered by an error', async () => {
    await using service = await startRestartable();
    using client = await openClient(service.url, { channels: ['news'] });
    service.bus.isUnavailable = true;

    const answers = [
      await client.ask('publish', { channel: 'news', data: 1 }),
      await client.ask('subscribe', { channels: ['a'] }),
    ];

    expect(answers).toMatchObject([
      { ok: false, error: { code: 'unavailable' } },
      { ok: false, error: { code: 'unavailable' } },
    ]);
    service.bus.isUnavailable = false;
    expect(await client.ask('subscribe', { channels: ['a'] })).toMatchObject({ ok: true, channels: ['a'] });
  });
});
