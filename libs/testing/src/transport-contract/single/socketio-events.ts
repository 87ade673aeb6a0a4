import type { Message } from '@tetracast/message-model';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import { startTcpProxy } from '../../drivers/index';
import { IDLE_LIMIT_MS } from '../../progress/index';
import { type ContractContext, open, publishAll, uniqueChannel, words } from '../contract-context';
import { request } from './http-requests';

// A cut between two requests of long-polling breaks nothing, so there would be nothing to recover.
const WEBSOCKET = { transports: ['websocket'] };

/** What only Socket.IO has: namespaces as channels, acknowledgements, and recovery by the unmodified client. */
export function testSocketioEvents(context: ContractContext): void {
  const sockets: Socket[] = [];
  const create = (url: string, options: Partial<ManagerOptions & SocketOptions>): Socket => {
    const socket = io(url, { forceNew: true, reconnectionDelay: 20, autoConnect: false, ...options });
    sockets.push(socket);
    return socket;
  };
  const ready = async (socket: Socket): Promise<Socket> => {
    const primed = new Promise((resolve) => socket.prependAny(resolve));
    const connected = new Promise<void>((resolve, reject) =>
      socket.once('connect', resolve).once('connect_error', reject),
    );
    socket.connect();
    await Promise.all([connected, primed]);
    return socket;
  };
  const connect = (url: string, auth: Readonly<Record<string, unknown>> = {}): Promise<Socket> =>
    ready(create(url, { auth }));
  const arrivals = (socket: Socket, event: string): (() => Promise<unknown[]>) => {
    const queue: unknown[][] = [];
    let wake = (): void => undefined;
    socket.on(event, (...args: unknown[]) => {
      queue.push(args);
      wake();
    });
    return async () => {
      while (queue.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return queue.shift() ?? [];
    };
  };

  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.disconnect();
  });

  describe('a namespace', () => {
    it('is a channel, on which emit publishes to everyone else', async () => {
      const channel = uniqueChannel();
      const one = await connect(`${context.url()}/${channel}`);
      const other = await connect(`${context.url()}/${channel}`);
      await using elsewhere = await open(context, { channels: [channel], events: ['price'] });
      const [atOne, atOther] = [arrivals(one, 'price'), arrivals(other, 'price')];

      one.emit('price', 1);
      const [message] = (await elsewhere.next()) as [Message];
      expect(message).toMatchObject({ channel, event: 'price', data: 1 });
      const { data, ...info } = message;
      expect(await atOther()).toEqual([data, info, message.id]);

      other.emit('price', 2);
      expect((await atOne())[0]).toBe(2); // not 1, its own
    });
  });

  describe('verbs', () => {
    it('cancel and end a channel, in the main namespace and in that of the channel', async () => {
      const channel = uniqueChannel();
      const main = await connect(context.url(), { channels: [channel], client: 'main' });
      const own = await connect(`${context.url()}/${channel}`, { client: 'own' });
      const [cancelled, ended] = [arrivals(main, 'tetracast:cancel'), arrivals(main, 'tetracast:end')];
      const ask = (socket: Socket, ...emitted: [string, ...unknown[]]): Promise<unknown> =>
        socket.timeout(IDLE_LIMIT_MS).emitWithAck(...emitted);

      expect(await ask(own, 'tetracast:cancel')).toMatchObject({ ok: false, error: { code: 'not_found' } });
      await ask(own, 'tetracast:publish', { data: 1 });
      expect(await ask(own, 'tetracast:cancel')).toMatchObject({ ok: true });
      expect(await cancelled()).toMatchObject([null, { channel, client: 'own' }, expect.any(String)]);
      expect(await ask(main, 'tetracast:cancel', {})).toMatchObject({ ok: false, error: { code: 'invalid_channel' } });
      expect(await ask(main, 'tetracast:end', { channel, data: 'bye' })).toMatchObject({ ok: true });
      expect(await ended()).toMatchObject(['bye', { channel, client: 'main' }, expect.any(String)]);
      const refused = { ok: false, error: { code: 'channel_ended' } };
      expect(await ask(own, 'tetracast:end')).toMatchObject(refused);
      expect(await ask(main, 'tetracast:cancel', { channel })).toMatchObject(refused);
    });
  });

  describe('acknowledgements', () => {
    it.each<[string, unknown, string]>([
      ['nothing', undefined, 'invalid_message'],
      ['no object', 'hello', 'invalid_message'],
      ['a message without data', { channel: 'a' }, 'invalid_message'],
    ])('refuse to publish %s', async (_, publication, code) => {
      const socket = await connect(context.url(), { channels: [uniqueChannel()] });

      const answer: unknown = await socket.timeout(IDLE_LIMIT_MS).emitWithAck('publish', publication);

      expect(answer).toEqual({ ok: false, error: { code, message: expect.any(String) as string } });
      expect(socket.connected).toBe(true);
    });

    it('are not needed', async () => {
      const channel = uniqueChannel();
      const socket = await connect(context.url(), { channels: [channel] });
      const arrived = arrivals(socket, 'message');

      socket.emit('publish', { channel: 'two words', data: 'refused' });
      socket.emit('publish', { channel, data: 'taken' });

      expect((await arrived())[0]).toBe('taken');
    });
  });

  describe('recovery', () => {
    it('makes the client `recovered`, after no event at all', async () => {
      const channel = uniqueChannel();
      await using publisher = await open(context, { channels: [uniqueChannel()] });
      await using proxy = await startTcpProxy(context.url());
      const socket = await ready(create(proxy.url, { ...WEBSOCKET, auth: { channels: [channel] } }));
      const arrived = arrivals(socket, 'message');
      const back = new Promise<void>((resolve) => socket.once('connect', resolve));

      await proxy.cut(() => publishAll(publisher, channel, words(2)));
      await back;

      expect(socket.recovered).toBe(true);
      expect([(await arrived())[0], (await arrived())[0]]).toEqual(words(2));
    });

    it('wins over the after in auth', async () => {
      const channel = uniqueChannel();
      await using publisher = await open(context, { channels: [uniqueChannel()] });
      await publishAll(publisher, channel, words(3));
      await using proxy = await startTcpProxy(context.url());
      const socket = create(proxy.url, { ...WEBSOCKET, auth: { channels: [channel], after: 'earliest' } });
      const arrived = arrivals(socket, 'message');
      socket.connect();
      for (const word of words(3)) expect((await arrived())[0]).toBe(word);

      await proxy.cut(() => publishAll(publisher, channel, ['meanwhile']));

      expect((await arrived())[0]).toBe('meanwhile');
    });
  });

  it('serves the client', async () => {
    const answer = await request(`${context.url()}/socket.io/socket.io.js`);

    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/javascript/);
    expect(answer.text).toContain('Socket.IO');
  });
}
