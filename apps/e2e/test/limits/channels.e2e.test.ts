import { openWebSocketWire, until } from '@tetracast/testing';
import { type Standalone, startStandalone } from '../access/start-standalone';
import { CONNECTION_KINDS } from './connection-kinds';
import { openSocketio } from './socketio-connection';

/** Subscribes to channels on a connection of its own; resolves with `ok` or the refusal, and with what closes the connection. */
type Subscribe = (
  service: Standalone,
  channels: readonly string[],
) => Promise<readonly [outcome: string, close: () => PromiseLike<void>]>;

interface Way {
  readonly name: string;
  readonly subscribe: Subscribe;
  /** The refusal of more than MAX_CHANNELS channels; `undefined` where a connection has one channel. */
  readonly tooMany: string | undefined;
  /** The refusal of a channel beyond MAX_OPEN_CHANNELS. */
  readonly noRoom: string;
}

const byFrame: Subscribe = async ({ url }, channels) => {
  const wire = await openWebSocketWire(`${url}/ws`);
  await wire.nextOf('welcome');
  wire.send({ type: 'subscribe', channels });
  const frame = await wire.next();
  return [frame.type === 'error' ? frame.code : 'ok', () => wire.close()];
};

const byEvent: Subscribe = async ({ url }, channels) => {
  const connection = await openSocketio(url, {}, { transport: 'websocket' });
  return [await connection.attempt('subscribe', { channels }), () => connection[Symbol.asyncDispose]()];
};

const WAYS: readonly Way[] = [
  ...CONNECTION_KINDS.map(({ name, open, refusals }): Way => ({
    name: `opening ${name}`,
    subscribe: async (service, channels) => {
      const opened = await open(service, {}, channels.join());
      return typeof opened === 'string' ? [opened, async () => undefined] : ['ok', () => opened[Symbol.asyncDispose]()];
    },
    tooMany: refusals.channels,
    noRoom: refusals.openChannels,
  })),
  { name: 'a frame', subscribe: byFrame, tooMany: 'too_many_channels', noRoom: 'overloaded' },
  { name: 'an event of Socket.IO', subscribe: byEvent, tooMany: 'too_many_channels', noRoom: 'overloaded' },
];
const ROWS = WAYS.map((way): [string, Way] => [way.name, way]);

describe('MAX_CHANNELS', () => {
  let service: Standalone;

  beforeAll(async () => {
    service = await startStandalone({ MAX_CHANNELS: '2' });
  });

  afterAll(() => service.close());

  it.each(ROWS.filter(([, { tooMany }]) => tooMany !== undefined))(
    'a connection has so many channels, and no more: by %s',
    async (_, { subscribe, tooMany }) => {
      const subscribed = [await subscribe(service, ['a', 'b']), await subscribe(service, ['a', 'b', 'c'])];

      expect(subscribed.map(([outcome]) => outcome)).toEqual(['ok', tooMany]);
      await Promise.all(subscribed.map(([, close]) => close()));
    },
  );

  it('a WebSocket gets another channel in place of one that it leaves', async () => {
    await using wire = await openWebSocketWire(`${service.url}/ws?channel=a,b`);
    await wire.nextOf('subscribed');
    wire.send({ type: 'subscribe', channels: ['c'] });
    wire.send({ type: 'unsubscribe', channels: ['b'] });
    wire.send({ type: 'subscribe', channels: ['c'] });

    expect(await wire.next()).toMatchObject({ type: 'error', code: 'too_many_channels' });
    expect(await wire.next()).toMatchObject({ type: 'unsubscribed' });
    expect(await wire.next()).toMatchObject({ type: 'subscribed', channels: ['c'] });
  });

  it('Socket.IO gets another channel in place of one that it leaves', async () => {
    await using connection = await openSocketio(service.url, {}, { transport: 'websocket', auth: { channels: 'a,b' } });

    expect(await connection.attempt('subscribe', { channels: ['c'] })).toBe('too_many_channels');
    expect(await connection.attempt('unsubscribe', { channels: ['b'] })).toBe('ok');
    expect(await connection.attempt('subscribe', { channels: ['c'] })).toBe('ok');
  });

  it('a WebSocket leaves no more than so many at once', async () => {
    await using wire = await openWebSocketWire(`${service.url}/ws?channel=a,b`);
    await wire.nextOf('subscribed');
    wire.send({ type: 'unsubscribe', channels: ['a', 'b', 'c'] });
    wire.send({ type: 'unsubscribe', channels: ['a', 'c'] });

    expect(await wire.next()).toMatchObject({ type: 'error', code: 'too_many_channels' });
    expect(await wire.next()).toMatchObject({ type: 'unsubscribed', channels: ['a', 'c'] });
  });

  it('Socket.IO leaves no more than so many at once', async () => {
    await using connection = await openSocketio(service.url, {}, { transport: 'websocket', auth: { channels: 'a,b' } });

    expect(await connection.attempt('unsubscribe', { channels: ['a', 'b', 'c'] })).toBe('too_many_channels');
    expect(await connection.attempt('unsubscribe', { channels: ['a', 'c'] })).toBe('ok');
  });
});

describe('MAX_OPEN_CHANNELS', () => {
  let service: Standalone;

  beforeAll(async () => {
    service = await startStandalone({ MAX_OPEN_CHANNELS: '2', CHANNEL_IDLE_TIMEOUT: '0s' });
  });

  afterAll(() => service.close());

  const untilNoneIsOpen = (): Promise<void> => until(() => service.tetracast.hub.stats.channels === 0);

  it.each(ROWS)('a process has so many channels, no more, and others after these: by %s', async (_, way) => {
    const { subscribe, noRoom, tooMany } = way;
    const fitting = tooMany === undefined ? ['a'] : ['a', 'b'];
    const subscriber = await openWebSocketWire(`${service.url}/ws?channel=a,b`);
    await subscriber.nextOf('subscribed');
    const subscribed = [await subscribe(service, fitting), await subscribe(service, ['c'])];
    expect(subscribed.map(([outcome]) => outcome)).toEqual(['ok', noRoom]);

    await service.store('a', 'still here');
    expect(await subscriber.nextOf('message')).toMatchObject({ data: 'still here' });
    await Promise.all([subscriber.close(), ...subscribed.map(([, close]) => close())]);
    await untilNoneIsOpen();
    const [again, close] = await subscribe(service, ['c']);
    expect(again).toBe('ok');
    await close();
    await untilNoneIsOpen();
  });
});
