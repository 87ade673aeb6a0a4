import { exampleDrivers, openWebSocketWire } from '@tetracast/testing';
import { type Standalone, startStandalone } from '../access/start-standalone';
import { HttpConnection } from './client';
import { type EngineTransport, openSocketio } from './socketio-line';

/** Publishes data of each kind in turn on one connection; resolves to `ok` or how it is refused. */
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

/** As `$.ajax` writes it: every list in a list is another pair of brackets. */
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
    await using line = await openSocketio(url, {}, { transport, namespace });
    return await oneByOne(all, (data) =>
      namespace === '/' ? line.attempt('publish', { channel: 'news', data }) : line.attempt('price', data),
    );
  };

const PATHS = ['/polling', '/sse', ...exampleDrivers.map(({ path }) => path)];

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

/** What is refused is lost, and nothing else. */
async function expectOutcomes(service: Standalone, publishAll: PublishAll, all: unknown[], refusal: string) {
  expect(await publishAll(service.url, all)).toEqual(['ok', refusal, 'ok']);
  expect(await service.stored()).toBe(2);
}

describe.each(WAYS)('by %s', (_name, publishAll, status, status400) => {
  it('a message has MAX_MESSAGE_BYTES, and no more', async () => {
    await using service = await startStandalone({ MAX_MESSAGE_BYTES: '1000' });
    // A text has two quotes around it.
    const most = 'x'.repeat(998);
    await expectOutcomes(service, publishAll, [most, `${most}x`, most], `${status}message_too_large`);
  });

  it('data is as deep as maxDataDepth, and no deeper', async () => {
    await using service = await startStandalone({}, { maxDataDepth: 2 });
    await expectOutcomes(service, publishAll, [[['x']], [[['x']]], [['x']]], `${status400}invalid_message`);
  });
});
