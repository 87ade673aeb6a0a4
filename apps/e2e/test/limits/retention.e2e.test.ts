import { type Standalone, startStandalone } from '../access/start-standalone';
import { HttpConnection } from './http-connection';
import { closeIdleChannels } from './connection-kinds';
import { stopTimeOfDay } from '@tetracast/testing/clocks';

const MINUTE_MS = 60_000;

beforeEach(stopTimeOfDay);
afterEach(() => jest.useRealTimers());

const later = (ms: number): void => {
  jest.setSystemTime(Date.now() + ms);
};

interface Stored {
  readonly data: readonly unknown[];
  readonly reset: string | undefined;
}

async function read(service: Standalone, channel: string, after: string): Promise<Stored> {
  closeIdleChannels(service);
  await using connection = new HttpConnection();
  const { text } = await connection.send(`${service.url}/polling?channel=${channel}&after=${after}`);
  const { messages, reset } = JSON.parse(text) as { messages: { data: unknown }[]; reset?: { reason: string } };
  return { data: messages.map(({ data }) => data), reset: reset?.reason };
}

async function cursorOf({ url }: Standalone): Promise<string> {
  await using connection = new HttpConnection();
  return (JSON.parse((await connection.send(`${url}/polling?channel=a`)).text) as { cursor: string }).cursor;
}

describe('the message log', () => {
  it('has the last HISTORY_SIZE messages of a channel, or as many as HISTORY_NAMESPACES says', async () => {
    await using service = await startStandalone({ HISTORY_SIZE: '3', HISTORY_NAMESPACES: 'chat=1/1h' });
    const start = await cursorOf(service);
    for (const data of '123') await service.store('a', data);
    expect(await read(service, 'a', start)).toEqual({ data: ['1', '2', '3'], reset: undefined });
    await service.store('a', '4');
    expect(await read(service, 'a', start)).toEqual({ data: ['2', '3', '4'], reset: 'trimmed' });

    await service.store('chat:b', '1');
    expect(await read(service, 'chat:b', start)).toEqual({ data: ['1'], reset: undefined });
    await service.store('chat:b', '2');
    expect(await read(service, 'chat:b', start)).toEqual({ data: ['2'], reset: 'trimmed' });
  });

  it('keeps a message for HISTORY_TTL, or as long as HISTORY_NAMESPACES says', async () => {
    await using service = await startStandalone({ HISTORY_TTL: '1m', HISTORY_NAMESPACES: 'chat=9/2m' });
    const start = await cursorOf(service);
    for (const channel of ['a', 'chat:b']) await service.store(channel, 'x');
    later(MINUTE_MS - 1);
    expect(await read(service, 'a', start)).toEqual({ data: ['x'], reset: undefined });
    later(1);
    expect(await read(service, 'a', start)).toEqual({ data: [], reset: 'trimmed' });

    later(MINUTE_MS - 1);
    expect(await read(service, 'chat:b', start)).toEqual({ data: ['x'], reset: undefined });
    later(1);
    expect(await read(service, 'chat:b', start)).toEqual({ data: [], reset: 'trimmed' });
  });
});

describe.each(['/polling', '/sse'])('an Idempotency-Key at %s', (path) => {
  it('is known for IDEMPOTENCY_TTL', async () => {
    await using service = await startStandalone({ IDEMPOTENCY_TTL: '1m' });
    await using connection = new HttpConnection();
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'order-7' };
    const publish = async (): Promise<[number, string]> => {
      const body = JSON.stringify({ channel: 'a', data: 1 });
      const { status, text } = await connection.send(service.url + path, { method: 'POST', headers, body });
      return [status, (JSON.parse(text) as { id: string }).id];
    };
    const [status, id] = await publish();
    expect(status).toBe(201);
    later(MINUTE_MS - 1);
    expect(await publish()).toEqual([200, id]);
    later(1);
    const again = await publish();
    expect(again[0]).toBe(201);
    expect(again[1]).not.toBe(id);
  });
});

it('a poll is answered with maxPollLimit messages, and its cursor leads to the rest', async () => {
  await using service = await startStandalone({}, { maxPollLimit: 2 });
  await using connection = new HttpConnection();
  for (const data of '12345') await service.store('a', data);
  const pages: string[][] = [];
  for (let after = 'earliest'; pages.length < 3;) {
    const { text } = await connection.send(`${service.url}/polling?channel=a&limit=5&after=${after}`);
    const { messages, cursor } = JSON.parse(text) as { messages: { data: string }[]; cursor: string };
    pages.push(messages.map(({ data }) => data));
    after = cursor;
  }
  expect(pages).toEqual([['1', '2'], ['3', '4'], ['5']]);
});
