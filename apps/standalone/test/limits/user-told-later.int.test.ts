import { nextBlock, openSseStream, openWebSocketWire, type SseStream, until } from '@tetracast/testing';
import { bearer, renewByName } from '../access/renewal';
import { type Standalone, startStandalone } from '../access/start-standalone';
import { ACCESS_ENV, mint } from '../access/tokens';
import { openSocketio, type SocketioLine } from './socketio-line';

/** One connection of one user; without a token one may listen. */
const start = (): Promise<Standalone> =>
  startStandalone({
    ...ACCESS_ENV,
    TOKEN_EXPIRY_WARNING: '1h',
    MAX_CONNECTIONS_PER_USER: '1',
    PUBLIC_SUBSCRIBE: 'news',
  });

const hasRoom = ({ app }: Standalone): boolean => app.tetracast.limits.connections.hasRoom('', 'ann');

const PUBLICATION = { channel: 'news', data: 'x' };

describe('a token that comes when its user has MAX_CONNECTIONS_PER_USER connections is refused until one of them ends', () => {
  it('in a frame of a WebSocket', async () => {
    await using service = await start();
    const token = await mint();
    await using first = await openWebSocketWire(`${service.url}/ws?token=${token}`);
    await first.nextOf('welcome');
    await using second = await openWebSocketWire(`${service.url}/ws?channel=news`);
    await second.nextOf('subscribed');

    second.send({ type: 'auth', token, ref: 1 });
    expect(await second.nextOf('error')).toMatchObject({ ref: 1, code: 'rate_limited' });
    // And has none of what the token would have allowed, and all that it had.
    second.send({ type: 'publish', ...PUBLICATION, ref: 2 });
    expect(await second.nextOf('error')).toMatchObject({ ref: 2, code: 'unauthorized' });
    await service.store('news', 'for everybody');
    expect(await second.nextOf('message')).toMatchObject({ data: 'for everybody' });

    await first.close();
    await until(() => hasRoom(service));
    second.send({ type: 'auth', token, ref: 3 });
    expect(await second.nextOf('authenticated')).toMatchObject({ ref: 3, user: 'ann' });
    expect(hasRoom(service)).toBe(false);
  });

  describe.each(['websocket', 'polling'] as const)('over Socket.IO by %s', (transport) => {
    const open = (url: string, auth: object, namespace = '/'): Promise<SocketioLine> =>
      openSocketio(url, {}, { transport, namespace, auth: { ...auth } });

    it('in an event', async () => {
      await using service = await start();
      const token = await mint();
      const first = await open(service.url, { token });
      await using second = await open(service.url, { channels: 'news' });

      expect(await second.attempt('tetracast:auth', { token })).toBe('rate_limited');
      expect(await second.attempt('publish', PUBLICATION)).toBe('unauthorized');
      const heard: unknown[] = [];
      second.socket.on('message', (data) => heard.push(data));
      await service.store('news', 'for everybody');
      await until(() => heard.includes('for everybody'));

      await first[Symbol.asyncDispose]();
      await until(() => hasRoom(service));
      expect(await second.attempt('tetracast:auth', { token })).toBe('ok');
      expect(await second.attempt('publish', PUBLICATION)).toBe('ok');
      expect(hasRoom(service)).toBe(false);
    });

    it('with another namespace of a line', async () => {
      await using service = await start();
      const token = await mint();
      const first = await open(service.url, { token });
      await using second = await open(service.url, { channels: 'news' });
      const ended = new Promise<string>((resolve) => second.socket.once('disconnect', resolve));
      second.socket.io.socket('/news', { auth: { token } });
      expect(await ended).toMatch(/^transport/);

      await first[Symbol.asyncDispose]();
      await until(() => hasRoom(service));
      await using again = await open(service.url, { token }, '/news');
      expect(again.outcome).toBe('ok');
      expect(hasRoom(service)).toBe(false);
    });
  });
});

describe('a token that is brought for a line of its user', () => {
  const nextEvent = async (stream: SseStream): Promise<[string, string | undefined]> => {
    for (;;) {
      const { event, data = '{}' } = await nextBlock(stream);
      if (event !== undefined) return [event, (JSON.parse(data) as { connection?: string }).connection];
    }
  };

  it('makes no other connection of it', async () => {
    await using service = await start();
    const stream = await openSseStream(`${service.url}/sse?channel=news`, bearer(await mint()));
    const [, connection = ''] = await nextEvent(stream);

    expect((await renewByName(service.url, connection, await mint())).status).toBe(200);
    expect(await nextEvent(stream)).toEqual(['tetracast:authenticated', connection]);
    expect(hasRoom(service)).toBe(false);
    stream.close();
    await until(() => hasRoom(service));
  });

  it('cannot make a line that has none one of that user', async () => {
    await using service = await start();
    await using wire = await openWebSocketWire(`${service.url}/ws?channel=news`);
    const { connection } = await wire.nextOf('welcome');

    expect((await renewByName(service.url, connection, await mint())).status).toBe(403);
    expect(hasRoom(service)).toBe(true);
  });
});
