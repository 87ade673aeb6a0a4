import { publish, type TestService } from '@tetracast/service-kit/testing';
import { pollUntil, uniqueChannel } from '@tetracast/testing';
import { type Message, SNAPSHOT_EVENT, type StandardSchema, type TetracastError } from '../src/index';
import { connectTo, startServer, TRANSPORTS } from './start-server';
import { statusOf } from './status-story';
import { startUnrulyProxy } from './unruly-proxy';

let server: TestService;
beforeAll(async () => {
  server = await startServer({ HISTORY_SIZE: '3', CHANNEL_IDLE_TIMEOUT: '0s' });
});
afterAll(() => server.close());

describe.each(TRANSPORTS)('a snapshot over %s', (transport) => {
  it('comes before exactly what was published after its cursor', async () => {
    await using client = connectTo(server.url, { transports: [transport] });
    const channel = uniqueChannel();
    await publish(server, channel, ['in the state']);
    const messages = client.subscribe(channel, {
      snapshot: async () => {
        const [after = ''] = await publish(server, channel, ['the last in the state']);
        await publish(server, channel, ['first']);
        return { data: 'state', after };
      },
    });
    const received: [string, unknown][] = [];
    for await (const { event, data } of messages) {
      received.push([event, data]);
      if (data === 'first') await publish(server, channel, ['second']);
      if (data === 'second') break;
    }

    expect(received).toEqual([
      [SNAPSHOT_EVENT, 'state'],
      ['message', 'first'],
      ['message', 'second'],
    ]);
  });

  it('is not followed by what it contains, although that is pushed, too', async () => {
    await using client = connectTo(server.url, { transports: [transport] });
    const channel = uniqueChannel();
    const pushed = client.subscribe(channel);
    const received: unknown[] = [];
    await new Promise<void>((resolve) => {
      client.subscribe(channel, {
        snapshot: async () => {
          const [after = ''] = await publish(server, channel, ['in the state']);
          await publish(server, channel, ['first']);
          await pushed.next();
          await pushed.next();
          return { data: 'state', after };
        },
        onBegin: () => void publish(server, channel, ['second']),
        onMessage: ({ data }) => {
          received.push(data);
          if (data === 'second') resolve();
        },
      });
    });

    expect(received).toEqual(['state', 'first', 'second']);
  });

  it('is loaded again after a reset', async () => {
    await using proxy = await startUnrulyProxy(server.url);
    await using client = connectTo(proxy.url, { transports: [transport], connectTimeoutMs: 1000 });
    const channel = uniqueChannel();
    let loads = 0;
    const resets: string[] = [];
    const messages = client.subscribe(channel, {
      snapshot: () => Promise.resolve({ data: ++loads }),
      onReset: ({ reason }) => resets.push(reason),
    });
    const received: unknown[] = [];
    for await (const { data } of messages) {
      received.push(data);
      if (data === 1) {
        await publish(server, channel, ['a']);
      } else if (data === 'a') {
        proxy.weather = { isBadGateway: true };
        proxy.cut();
        // More than what is stored, and no process keeps it for a subscriber.
        await pollUntil(
          () => server.tetracast.hub.stats.channels,
          (count) => count === 0,
        );
        await publish(server, channel, ['b', 'c', 'd', 'e']);
        proxy.weather = {};
      } else if (data === 2) break;
    }

    expect(received.slice(0, 2)).toEqual([1, 'a']);
    expect(received.at(-1)).toBe(2);
    expect(resets).toEqual(['trimmed']);
  });
});

const numbers: StandardSchema<number> = {
  '~standard': {
    version: 1,
    validate: (value) => (typeof value === 'number' ? { value } : { issues: [{ message: 'not a number' }] }),
  },
};

it('data that does not match the schema is skipped and reported', async () => {
  await using client = connectTo(server.url);
  const channel = uniqueChannel();
  const errors: TetracastError[] = [];
  await publish(server, channel, [1, 'two', 3]);
  const received: number[] = [];
  const onError = (error: TetracastError): void => void errors.push(error);
  for await (const { data } of client.subscribe(channel, { after: 'earliest', schema: numbers, onError })) {
    if (received.push(data) === 2) break;
  }

  expect(received).toEqual([1, 3]);
  expect(errors).toMatchObject([{ code: 'invalid_data', cause: [{ message: 'not a number' }] }]);
});

describe('a subscription', () => {
  it('ends with its signal, with close and with the client', async () => {
    const client = connectTo(server.url);
    const aborting = new AbortController();
    const channel = uniqueChannel();
    const [one, two, three] = [
      client.subscribe(channel, { signal: aborting.signal }),
      client.subscribe(channel),
      client.subscribe(channel),
    ];
    const read = async (messages: AsyncIterable<Message>): Promise<number> => {
      let count = 0;
      for await (const _ of messages) count++;
      return count;
    };
    const reading = Promise.all([one, two, three].map(read));
    aborting.abort();
    two.close();
    client.close();

    expect(await reading).toEqual([0, 0, 0]);
  });

  it('closes the connection with the last of them', async () => {
    await using client = connectTo(server.url);
    const off = await new Promise<() => void>((resolve) => {
      const end = client.subscribe(uniqueChannel(), { onMessage: () => undefined, onBegin: () => resolve(end) });
    });
    expect(client.status.state).toBe('connected');
    off();

    await statusOf(client, ({ state }) => state === 'idle');
  });
});

it('a thousand subscriptions that end leave nothing behind', async () => {
  await using client = connectTo(server.url);
  await new Promise((resolve) => client.subscribe(uniqueChannel(), { onBegin: resolve }));
  for (let round = 0; round < 1000; round++) {
    const off = client.subscribe(`c${round}`, { onMessage: () => undefined });
    off();
  }
  const last = new Promise((resolve) => client.subscribe(uniqueChannel(), { onBegin: resolve }));
  await last;

  expect(server.tetracast.hub.stats.connections).toBe(1);
});
