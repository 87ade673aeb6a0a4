import { publish, type TestService } from '@tetracast/service-kit/testing';
import { uniqueChannel } from '@tetracast/testing';
import type { Client, Status } from '../src/index';
import { connectTo, startServer } from './start-server';
import { connectedOver, statusOf } from './status-story';
import { startUnrulyProxy, type Weather } from './unruly-proxy';

let server: TestService;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

/** A transport that does not work is found out fast, and tried again fast. */
const QUICK = { connectTimeoutMs: 1000, probeIntervalMs: 500 };

const WEATHERS: readonly [string, Weather, string][] = [
  ['a proxy without WebSocket', { blocksUpgrades: true }, 'sse'],
  ['a proxy without WebSocket that buffers', { blocksUpgrades: true, buffers: true }, 'polling'],
];

/** One message after another, each once the one before has arrived. */
async function exchange(client: Client, channel: string, count: number): Promise<unknown[]> {
  const received: unknown[] = [];
  await new Promise<void>((resolve, reject) => {
    const next = (): void => void publish(server, channel, [received.length]).catch(reject);
    client.subscribe(channel, {
      onBegin: next,
      onMessage: ({ data }) => {
        received.push(data);
        if (received.length < count) next();
        else resolve();
      },
      onError: reject,
    });
  });
  return received;
}

describe('a transport that does not work', () => {
  it.each(WEATHERS)('is left behind %s, for the next one', async (_what, weather, transport) => {
    await using proxy = await startUnrulyProxy(server.url);
    proxy.weather = weather;
    const story: Status[] = [];
    await using client = connectTo(proxy.url, {
      ...QUICK,
      probeIntervalMs: 60_000,
      onStatus: (status) => story.push(status),
    });

    expect(await exchange(client, uniqueChannel(), 5)).toEqual([0, 1, 2, 3, 4]);
    expect(client.status).toEqual({ state: 'connected', transport });
    expect(story[0]).toEqual({ state: 'connecting', transport: 'websocket' });
  });

  it('is taken again once it works, and nothing is missed or comes twice', async () => {
    await using proxy = await startUnrulyProxy(server.url);
    proxy.weather = { blocksUpgrades: true, buffers: true };
    await using client = connectTo(proxy.url, QUICK);
    const channel = uniqueChannel();
    const messages = client.subscribe(channel);
    await statusOf(client, connectedOver('polling'));
    await publish(server, channel, [1]);
    proxy.weather = { blocksUpgrades: true };
    await statusOf(client, connectedOver('sse'));
    await publish(server, channel, [2]);
    proxy.weather = {};
    await statusOf(client, connectedOver('websocket'));
    await publish(server, channel, [3]);

    const received: unknown[] = [];
    for await (const { data } of messages) if (received.push(data) === 3) break;
    expect(received).toEqual([1, 2, 3]);
  });

  it('is taken again, too, if it is Socket.IO', async () => {
    await using proxy = await startUnrulyProxy(server.url);
    proxy.weather = { refuses: /^\w+ \/socket\.io\// };
    await using client = connectTo(proxy.url, { ...QUICK, transports: ['socketio', 'polling'] });
    const channel = uniqueChannel();
    const messages = client.subscribe(channel);
    await statusOf(client, connectedOver('polling'));
    await publish(server, channel, [1]);
    proxy.weather = {};
    await statusOf(client, connectedOver('socketio'));
    await client.publish(channel, 2);
    proxy.weather = { refuses: /^\w+ \/socket\.io\// };
    proxy.cut();
    await statusOf(client, connectedOver('polling'));
    await publish(server, channel, [3]);

    const received: unknown[] = [];
    for await (const { data } of messages) if (received.push(data) === 3) break;
    expect(received).toEqual([1, 2, 3]);
  });

  it('is left, too, if its connections die young', async () => {
    await using proxy = await startUnrulyProxy(server.url);
    await using client = connectTo(proxy.url, { ...QUICK, probeIntervalMs: 60_000 });
    const stop = client.onStatus((status) => {
      if (connectedOver('websocket')(status)) setImmediate(() => proxy.cut());
    });
    client.subscribe(uniqueChannel());
    await statusOf(client, connectedOver('sse'));
    stop();

    expect(client.status).toEqual({ state: 'connected', transport: 'sse' });
  });
});

describe('the statuses of a client', () => {
  it('do not disturb it if a listener throws', async () => {
    const { setTimeout: schedule } = globalThis;
    const thrown: unknown[] = [];
    const timers = jest.spyOn(globalThis, 'setTimeout').mockImplementation(((task: () => void, ms: number) => {
      const guarded = (): void => {
        try {
          task();
        } catch (error) {
          thrown.push(error);
        }
      };
      return schedule(guarded, ms);
    }) as typeof setTimeout);
    const failure = new Error('of the program');
    await using client = connectTo(server.url, {
      transports: ['polling'],
      onStatus: () => {
        throw failure;
      },
    });
    await expect(client.subscribe('no name').next()).rejects.toMatchObject({ code: 'invalid_channel' });
    client.close();
    timers.mockRestore();

    expect(new Set(thrown)).toEqual(new Set([failure]));
  });

  it('say that it waits, why, and until when, and end with the client', async () => {
    await using proxy = await startUnrulyProxy(server.url);
    proxy.weather = { isBadGateway: true };
    await using client = connectTo(proxy.url, { transports: ['polling'] });
    client.subscribe(uniqueChannel());
    const waiting = await statusOf(client, ({ state }) => state === 'waiting');
    expect(waiting).toMatchObject({ transport: 'polling', cause: { code: 'blocked', isTemporary: true } });
    const story: string[] = [];
    const read = (async () => {
      for await (const { state } of client.statuses()) story.push(state);
    })();
    client.close();
    await read;

    expect(story[0]).toBe('waiting');
    expect(story.at(-1)).toBe('closed');
  });
});
