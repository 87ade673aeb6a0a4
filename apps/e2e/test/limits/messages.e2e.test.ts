import { streamDrivers, openWebSocketWire } from '@tetracast/testing';
import { type Standalone, startStandalone } from '../access/start-standalone';
import { HttpConnection } from './http-connection';
import { type EngineTransport, openSocketio } from './socketio-connection';

/** Publishes data of each kind in turn on one connection; resolves with `ok` or the refusal of each. */
type PublishAll = (url: string, all: readonly unknown[]) => Promise<string[]>;

async function oneByOne<T>(all: readonly T[], publish: (data: T) => Promise<string>): Promise<string[]> {
  const outcomes: string[] = [];
  for (const data of all) outcomes.push(await publish(data));
  return outcomes;
}

const overHttp =
  (path: string, type: string, encode: (data: unknown) => string): PublishAll =>
  async (url, all) => {
    await using connection = new HttpConnection();
    return await oneByOne(all, (data) =>
      connection.attempt(url + path, { method: 'POST', headers: { 'content-type': type }, body: encode(data) }),
    );
  };

const asJson = (path: string): PublishAll =>
  overHttp(path, 'application/json', (data) => JSON.stringify({ channel: 'news', data }));

/** As `$.ajax` encodes it: every list in a list adds a pair of brackets. */
const asForm = (path: string): PublishAll =>
  overHttp(path, 'application/x-www-form-urlencoded', (data) => {
    let name = 'data';
    let value = data;
    for (; Array.isArray(value); [value] = value as unknown[]) name += '[0]';
    return new URLSearchParams({ channel: 'news', [name]: String(value) }).toString();
  });

const byFrame: PublishAll = async (url, all) => {
  await using wire = await openWebSocketWire(`${url}/ws`);
  await wire.nextOf('welcome');
  return await oneByOne(all, async (data) => {
    wire.send({ type: 'publish', channel: 'news', data });
    const answer = await wire.next();
    return answer.type === 'error' ? answer.code : 'ok';
  });
};

const byEvent =
  (transport: EngineTransport, namespace = '/'): PublishAll =>
  async (url, all) => {
    await using connection = await openSocketio(url, {}, { transport, namespace });
    return await oneByOne(all, (data) =>
      namespace === '/' ? connection.attempt('publish', { channel: 'news', data }) : connection.attempt('price', data),
    );
  };

const PATHS = ['/polling', '/sse', ...streamDrivers.map(({ path }) => path)];

type Way = readonly [name: string, publishAll: PublishAll, status: string, status400: string];

const WAYS: readonly Way[] = [
  ...PATHS.flatMap((path): Way[] => [
    [`POST ${path}`, asJson(path), '413 ', '400 '],
    [`POST ${path} as a form`, asForm(path), '413 ', '400 '],
  ]),
  ['a frame', byFrame, '', ''],
  ['Socket.IO', byEvent('websocket'), '', ''],
  ['Socket.IO by polling', byEvent('polling'), '', ''],
  ['the namespace of a channel', byEvent('websocket', '/news'), '', ''],
];

/** What is refused is not stored; everything else is. */
async function expectOutcomes(service: Standalone, publishAll: PublishAll, all: unknown[], refusal: string) {
  const before = await service.stored();
  expect(await publishAll(service.url, all)).toEqual(['ok', refusal, 'ok']);
  expect((await service.stored()) - before).toBe(2);
}

describe('MAX_MESSAGE_BYTES', () => {
  let service: Standalone;

  beforeAll(async () => {
    service = await startStandalone({ MAX_MESSAGE_BYTES: '1000' });
  });

  afterAll(() => service.close());

  it.each(WAYS)('a message has so many bytes, and no more: by %s', async (_name, publishAll, status) => {
    // A text has two quotes around it.
    const longest = 'x'.repeat(998);
    await expectOutcomes(service, publishAll, [longest, `${longest}x`, longest], `${status}message_too_large`);
  });
});

describe('maxDataDepth', () => {
  let service: Standalone;

  beforeAll(async () => {
    service = await startStandalone({}, { maxDataDepth: 2 });
  });

  afterAll(() => service.close());

  it.each(WAYS)('data is so deep, and no deeper: by %s', async (_name, publishAll, _status, status400) => {
    await expectOutcomes(service, publishAll, [[['x']], [[['x']]], [['x']]], `${status400}invalid_message`);
  });
});
