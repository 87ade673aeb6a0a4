import { IDLE_LIMIT_MS, Inbox } from '@tetracast/testing';
import { makeTimeSkippable } from '@tetracast/testing/clocks';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import { LIFE_ENV } from './renewal';
import { type Standalone, startStandalone } from './start-standalone';
import { expireShortLived, mint, mintShortLived, nowS, soonS } from './tokens';

let service: Standalone;
const sockets: Socket[] = [];

beforeAll(async () => {
  makeTimeSkippable();
  service = await startStandalone(LIFE_ENV);
});

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.disconnect();
});

afterAll(async () => {
  await service[Symbol.asyncDispose]();
  jest.useRealTimers();
});

interface Client {
  readonly socket: Socket;
  /** `connect` with whether it was recovered, `disconnect` and `connect_error` with why, and every event with its first argument. */
  readonly events: Inbox<[string, unknown]>;
  /** The next event of this name; it skips the others. */
  readonly nextOf: (name: string) => Promise<unknown>;
  readonly ask: (event: string, question: unknown) => Promise<unknown>;
}

/** The stock client with an `auth` function that sends one token after the other, and the last one repeatedly. */
function start(transport: string, tokens: string[], more: Partial<ManagerOptions & SocketOptions> = {}): Client {
  const socket = io(service.url, {
    transports: [transport],
    forceNew: true,
    reconnectionDelay: 20,
    auth: (give) => give({ channels: 'news', token: tokens.length > 1 ? tokens.shift() : tokens[0] }),
    ...more,
  });
  sockets.push(socket);
  const events = new Inbox<[string, unknown]>('events');
  socket.onAny((name: string, first: unknown) => events.push([name, first]));
  socket.on('connect', () => events.push(['connect', socket.recovered]));
  socket.on('disconnect', (reason) => events.push(['disconnect', reason]));
  socket.on('connect_error', (error) => events.push(['connect_error', (error as Error & { data?: unknown }).data]));
  return {
    socket,
    events,
    nextOf: async (name) => {
      for (;;) {
        const [event, first] = await events.one();
        if (event === name) return first;
      }
    },
    ask: (event, question) => socket.timeout(IDLE_LIMIT_MS).emitWithAck(event, question) as Promise<unknown>,
  };
}

describe.each(['websocket', 'polling'])('the stock client over %s', (transport) => {
  it('gets a notice before its token expires, reconnects with a new one, and has missed nothing', async () => {
    const exp = soonS();
    const { nextOf } = start(transport, [await mint({ exp }), await mint()]);
    expect(await nextOf('connect')).toBe(false);
    expect(await nextOf('tetracast:token_expiring')).toMatchObject({ expiresAt: exp * 1000 });
    expireShortLived();
    expect(await nextOf('disconnect')).toMatch(/^transport/);
    await service.store('news', 'meanwhile');

    expect(await nextOf('connect')).toBe(true);
    expect(await nextOf('message')).toBe('meanwhile');
  });

  it('stays connected beyond that with a new one', async () => {
    const [renewed, other] = [
      start(transport, [await mintShortLived()]),
      start(transport, [await mintShortLived(), 'none']),
    ];
    for (const { nextOf } of [renewed, other]) await nextOf('connect');
    const exp = nowS() + 60;
    const answer = await renewed.ask('tetracast:auth', { token: await mint({ exp }) });
    expect(answer).toEqual({ ok: true, user: 'ann', expiresAt: exp * 1000 });
    expireShortLived();
    await other.nextOf('disconnect');
    await service.store('news', 'after');

    expect(await renewed.nextOf('message')).toBe('after');
    expect(renewed.events.items.map(([name]) => name)).not.toContain('disconnect');
  });

  it('is refused a new one that is not for this connection', async () => {
    const { nextOf, ask } = start(transport, [await mint()]);
    await nextOf('connect');
    const narrower = await mint({ tetracast: { subscribe: ['other'] } });

    for (const token of [await mint({ sub: 'bob' }), narrower]) {
      expect(await ask('tetracast:auth', { token })).toMatchObject({ ok: false, error: { code: 'forbidden' } });
    }
    expect(await ask('tetracast:auth', { token: 'a.b.c' })).toMatchObject({ error: { code: 'unauthorized' } });
    expect(await ask('tetracast:auth', {})).toMatchObject({ error: { code: 'invalid_request' } });
    expect(await ask('publish', { channel: 'news', data: 1 })).toMatchObject({ ok: true });
  });

  it('gives up when its function returns an expired one', async () => {
    const expired = await mint({ exp: 1 });
    const { nextOf, socket } = start(transport, [expired]);
    expect(await nextOf('connect_error')).toMatchObject({ code: 'unauthorized' });
    expect(socket.active).toBe(false);
  });

  it('does not get back a subscription that its new token does not allow', async () => {
    const both = await mint({ tetracast: { subscribe: ['news', 'secret'] } });
    const { nextOf, ask, socket, events } = start(transport, [both, await mint()]);
    await nextOf('connect');
    expect(await ask('subscribe', { channels: ['secret'] })).toMatchObject({ ok: true });
    await service.store('secret', 'not for you any more');
    expect(await nextOf('message')).toBe('not for you any more');
    socket.io.engine.close();
    await service.store('secret', 'nor is this');

    expect(await nextOf('connect')).toBe(true);
    expect(await nextOf('tetracast:error')).toMatchObject({
      event: 'subscribe',
      channels: ['secret'],
      code: 'forbidden',
    });
    await service.store('secret', 'nor is this');
    await service.store('news', 'but this is');
    expect(await nextOf('message')).toBe('but this is');
    expect(JSON.stringify(events.items)).not.toContain('nor is this');
  });

  it('is refused without a token where nothing is public, whatever it requests', async () => {
    const { nextOf } = start(transport, [''], { auth: {} });
    expect(await nextOf('connect_error')).toMatchObject({ code: 'unauthorized' });
  });

  it('joins a namespace with the token of that namespace, and no other', async () => {
    const { socket, nextOf } = start(transport, [await mint()]);
    await nextOf('connect');
    const namespaces = ['news', 'other'].map((name) => socket.io.socket(`/${name}`, { auth: socket.auth }));
    const outcomes = namespaces.map(
      (namespace) =>
        new Promise((resolve) => {
          namespace.once('connect', () => resolve('connected'));
          namespace.once('connect_error', (error) => resolve((error as Error & { data?: unknown }).data));
        }),
    );

    expect(await Promise.all(outcomes)).toMatchObject(['connected', { code: 'forbidden' }]);
    for (const namespace of namespaces) namespace.disconnect();
  });
});

it('a token that does not expire needs no renewal', async () => {
  const { nextOf, events } = start('websocket', [await mint({ exp: undefined }), 'none']);
  await nextOf('connect');
  const other = start('websocket', [await mintShortLived(), 'none']);
  await other.nextOf('connect');
  expireShortLived();
  await other.nextOf('disconnect');

  expect(events.items.map(([name]) => name)).toEqual(['connect', 'tetracast:ready']);
});
