import {
  exampleDrivers,
  nextBlock,
  openResponse,
  openSseStream,
  openWebSocketWire,
  type TransportError,
  until,
} from '@tetracast/testing';
import { startStandalone } from '../access/start-standalone';
import { HttpConnection } from './client';
import { openSocketio } from './socketio-line';

/** Asks for channels on a line of its own; resolves to `ok`, or how that is refused, and to what ends the line. */
type AskFor = (
  url: string,
  channels: readonly string[],
) => Promise<readonly [outcome: string, end: () => PromiseLike<void>]>;

interface Way {
  readonly name: string;
  readonly askFor: AskFor;
  /** How more than a connection may have are refused, and how what the process has no room for. */
  readonly tooMany: string;
  readonly noRoom: string;
}

const byPoll: AskFor = async (url, channels) => {
  await using connection = new HttpConnection();
  return [await connection.attempt(`${url}/polling?channel=${channels.join()}`), async () => undefined];
};

const byStream: AskFor = async (url, channels) => {
  try {
    const stream = await openSseStream(`${url}/sse?channel=${channels.join()}`);
    const isOpen = (await nextBlock(stream)).id !== undefined;
    return [isOpen ? 'ok' : 'told when to come back', async () => stream.close()];
  } catch (error) {
    const { status, code } = error as TransportError;
    return [`${status} ${code}`, async () => undefined];
  }
};

const byResponse =
  (path: string): AskFor =>
  async (url, channels) => {
    try {
      const response = await openResponse(`${url}${path}?channel=${channels.join()}`);
      return ['ok', async () => response.close()];
    } catch (error) {
      const { status, code } = error as TransportError;
      return [`${status} ${code}`, async () => undefined];
    }
  };

const byUrl: AskFor = async (url, channels) => {
  const wire = await openWebSocketWire(`${url}/ws?channel=${channels.join()}`);
  const frame = await wire.next();
  const outcome = frame.type === 'error' ? `${frame.code}, closed with ${(await wire.closed).code}` : 'ok';
  return [outcome, () => wire.close()];
};

const byFrame: AskFor = async (url, channels) => {
  const wire = await openWebSocketWire(`${url}/ws`);
  await wire.nextOf('welcome');
  wire.send({ type: 'subscribe', channels });
  const frame = await wire.next();
  return [frame.type === 'error' ? frame.code : 'ok', () => wire.close()];
};

const byAuth: AskFor = async (url, channels) => {
  const line = await openSocketio(url, {}, { transport: 'websocket', auth: { channels } });
  return [line.outcome, () => line[Symbol.asyncDispose]()];
};

const byEvent: AskFor = async (url, channels) => {
  const line = await openSocketio(url, {}, { transport: 'websocket' });
  return [await line.attempt('subscribe', { channels }), () => line[Symbol.asyncDispose]()];
};

const HTTP_TOO_MANY = '400 too_many_channels';
const WAYS: readonly Way[] = [
  { name: 'a poll', askFor: byPoll, tooMany: HTTP_TOO_MANY, noRoom: '503 overloaded' },
  { name: 'an event stream', askFor: byStream, tooMany: HTTP_TOO_MANY, noRoom: 'told when to come back' },
  ...exampleDrivers.map(({ path }) => ({
    name: `GET ${path}`,
    askFor: byResponse(path),
    tooMany: HTTP_TOO_MANY,
    noRoom: '503 overloaded',
  })),
  {
    name: 'the URL of a WebSocket',
    askFor: byUrl,
    tooMany: 'too_many_channels, closed with 4000',
    noRoom: 'overloaded, closed with 1013',
  },
  { name: 'a frame', askFor: byFrame, tooMany: 'too_many_channels', noRoom: 'overloaded' },
  { name: 'auth of Socket.IO', askFor: byAuth, tooMany: 'too_many_channels', noRoom: 'closed' },
  { name: 'an event of Socket.IO', askFor: byEvent, tooMany: 'too_many_channels', noRoom: 'overloaded' },
];

describe.each(WAYS.map((way): [string, Way] => [way.name, way]))('by %s', (_name, { askFor, tooMany, noRoom }) => {
  it('a connection has MAX_CHANNELS channels, and no more', async () => {
    await using service = await startStandalone({ MAX_CHANNELS: '2' });
    const asked = [await askFor(service.url, ['a', 'b']), await askFor(service.url, ['a', 'b', 'c'])];

    expect(asked.map(([outcome]) => outcome)).toEqual(['ok', tooMany]);
    await Promise.all(asked.map(([, end]) => end()));
  });

  it('a process has MAX_OPEN_CHANNELS, no more, and others when these are left', async () => {
    await using service = await startStandalone({ MAX_OPEN_CHANNELS: '2', CHANNEL_IDLE_TIMEOUT: '0s' });
    const holder = await openWebSocketWire(`${service.url}/ws?channel=a,b`);
    await holder.nextOf('subscribed');
    const asked = [await askFor(service.url, ['a', 'b']), await askFor(service.url, ['c'])];
    expect(asked.map(([outcome]) => outcome)).toEqual(['ok', noRoom]);

    await service.store('a', 'still here');
    expect(await holder.nextOf('message')).toMatchObject({ data: 'still here' });
    await Promise.all([holder.close(), ...asked.map(([, end]) => end())]);
    await until(() => service.app.tetracast.hub.stats.channels === 0);
    const [again, end] = await askFor(service.url, ['c']);
    expect(again).toBe('ok');
    await end();
  });
});

describe('a line with MAX_CHANNELS channels', () => {
  it('has another one in place of one it leaves: a WebSocket', async () => {
    await using service = await startStandalone({ MAX_CHANNELS: '2' });
    await using wire = await openWebSocketWire(`${service.url}/ws?channel=a,b`);
    await wire.nextOf('subscribed');
    wire.send({ type: 'subscribe', channels: ['c'] });
    wire.send({ type: 'unsubscribe', channels: ['b'] });
    wire.send({ type: 'subscribe', channels: ['c'] });

    expect(await wire.next()).toMatchObject({ type: 'error', code: 'too_many_channels' });
    expect(await wire.next()).toMatchObject({ type: 'unsubscribed' });
    expect(await wire.next()).toMatchObject({ type: 'subscribed', channels: ['c'] });
  });

  it('has another one in place of one it leaves: Socket.IO', async () => {
    await using service = await startStandalone({ MAX_CHANNELS: '2' });
    await using line = await openSocketio(service.url, {}, { transport: 'websocket', auth: { channels: 'a,b' } });

    expect(await line.attempt('subscribe', { channels: ['c'] })).toBe('too_many_channels');
    expect(await line.attempt('unsubscribe', { channels: ['b'] })).toBe('ok');
    expect(await line.attempt('subscribe', { channels: ['c'] })).toBe('ok');
  });

  it('leaves no more than that at once: a WebSocket', async () => {
    await using service = await startStandalone({ MAX_CHANNELS: '2' });
    await using wire = await openWebSocketWire(`${service.url}/ws?channel=a,b`);
    await wire.nextOf('subscribed');
    wire.send({ type: 'unsubscribe', channels: ['a', 'b', 'c'] });
    wire.send({ type: 'unsubscribe', channels: ['a', 'c'] });

    expect(await wire.next()).toMatchObject({ type: 'error', code: 'too_many_channels' });
    expect(await wire.next()).toMatchObject({ type: 'unsubscribed', channels: ['a', 'c'] });
  });

  it('leaves no more than that at once: Socket.IO', async () => {
    await using service = await startStandalone({ MAX_CHANNELS: '2' });
    await using line = await openSocketio(service.url, {}, { transport: 'websocket', auth: { channels: 'a,b' } });

    expect(await line.attempt('unsubscribe', { channels: ['a', 'b', 'c'] })).toBe('too_many_channels');
    expect(await line.attempt('unsubscribe', { channels: ['a', 'c'] })).toBe('ok');
  });
});
