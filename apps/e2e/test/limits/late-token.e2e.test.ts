import { nextBlock, openSseStream, openWebSocketWire, type SseStream, until } from '@tetracast/testing';
import { bearer, renewByName } from '../access/renewal';
import { type Standalone, startStandalone } from '../access/start-standalone';
import { ACCESS_ENV, mint } from '../access/tokens';
import { openSocketio, type SocketioConnection } from './socketio-connection';

let service: Standalone;

/** One connection for each user; a client without a token can subscribe. */
beforeAll(async () => {
  service = await startStandalone({
    ...ACCESS_ENV,
    TOKEN_EXPIRY_WARNING: '1h',
    MAX_CONNECTIONS_PER_USER: '1',
    PUBLIC_SUBSCRIBE: 'news',
  });
});

afterEach(() => until(() => service.connections() === 0));

afterAll(() => service.close());

const hasRoom = (): boolean => service.tetracast.limits.connections.hasRoom('', 'ann');

const PUBLICATION = { channel: 'news', data: 'x' };

describe('a token that comes when its user has MAX_CONNECTIONS_PER_USER connections is refused until one of them closes', () => {
  it('in a frame of a WebSocket', async () => {
    const token = await mint();
    await using first = await openWebSocketWire(`${service.url}/ws?token=${token}`);
    await first.nextOf('welcome');
    await using second = await openWebSocketWire(`${service.url}/ws?channel=news`);
    await second.nextOf('subscribed');

    second.send({ type: 'auth', token, ref: 1 });
    expect(await second.nextOf('error')).toMatchObject({ ref: 1, code: 'rate_limited' });
    // It gains nothing that the token would allow, and keeps what it had.
    second.send({ type: 'publish', ...PUBLICATION, ref: 2 });
    expect(await second.nextOf('error')).toMatchObject({ ref: 2, code: 'unauthorized' });
    await service.store('news', 'for everybody');
    expect(await second.nextOf('message')).toMatchObject({ data: 'for everybody' });

    await first.close();
    await until(hasRoom);
    second.send({ type: 'auth', token, ref: 3 });
    expect(await second.nextOf('authenticated')).toMatchObject({ ref: 3, user: 'ann' });
    expect(hasRoom()).toBe(false);
  });

  describe.each(['websocket', 'polling'] as const)('over Socket.IO by %s', (transport) => {
    const open = (url: string, auth: object, namespace = '/'): Promise<SocketioConnection> =>
      openSocketio(url, {}, { transport, namespace, auth: { ...auth } });

    it('in an event', async () => {
      const token = await mint();
      const first = await open(service.url, { token });
      await using second = await open(service.url, { channels: 'news' });

      expect(await second.attempt('tetracast:auth', { token })).toBe('rate_limited');
      expect(await second.attempt('publish', PUBLICATION)).toBe('unauthorized');
      const received: unknown[] = [];
      second.socket.on('message', (data) => received.push(data));
      await service.store('news', 'for everybody');
      await until(() => received.includes('for everybody'));

      await first[Symbol.asyncDispose]();
      await until(hasRoom);
      expect(await second.attempt('tetracast:auth', { token })).toBe('ok');
      expect(await second.attempt('publish', PUBLICATION)).toBe('ok');
      expect(hasRoom()).toBe(false);
    });

    it('with another namespace of a connection', async () => {
      const token = await mint();
      const first = await open(service.url, { token });
      await using second = await open(service.url, { channels: 'news' });
      const ended = new Promise<string>((resolve) => second.socket.once('disconnect', resolve));
      second.socket.io.socket('/news', { auth: { token } });
      expect(await ended).toMatch(/^transport/);

      await first[Symbol.asyncDispose]();
      await until(hasRoom);
      await using again = await open(service.url, { token }, '/news');
      expect(again.outcome).toBe('ok');
      expect(hasRoom()).toBe(false);
    });
  });
});

describe('a token that is sent for a connection of its user', () => {
  const nextEvent = async (stream: SseStream): Promise<[string, string | undefined]> => {
    for (;;) {
      const { event, data = '{}' } = await nextBlock(stream);
      if (event !== undefined) return [event, (JSON.parse(data) as { connection?: string }).connection];
    }
  };

  it('does not count as another connection', async () => {
    const stream = await openSseStream(`${service.url}/sse?channel=news`, bearer(await mint()));
    const [, connection = ''] = await nextEvent(stream);

    expect((await renewByName(service.url, connection, await mint())).status).toBe(200);
    expect(await nextEvent(stream)).toEqual(['tetracast:authenticated', connection]);
    expect(hasRoom()).toBe(false);
    stream.close();
    await until(hasRoom);
  });

  it('cannot make an anonymous connection one of that user', async () => {
    await using wire = await openWebSocketWire(`${service.url}/ws?channel=news`);
    const { connection } = await wire.nextOf('welcome');

    expect((await renewByName(service.url, connection, await mint())).status).toBe(403);
    expect(hasRoom()).toBe(true);
  });
});
