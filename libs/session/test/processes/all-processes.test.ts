import { QuietSink } from '@tetracast/hub/testing';
import type { ConnectionInfo } from '@tetracast/message-model';
import type { Session } from '../../src/session';
import { ADDRESS, mint, open, requestWith, type TestServices } from '../session-fixture';
import { startProcesses, type TestProcesses } from './process-fixture';

const NEWS = { channels: ['news'], start: { kind: 'now' } as const };

/** Opens sessions in both processes in turn, each with its number as its client key. */
async function openMany({ one, two }: TestProcesses, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index++) {
    const session = await open(index % 2 === 0 ? one : two, { subscription: { ...NEWS, client: `${index}` } });
    ids.push(session.connection.id);
  }
  return ids;
}

async function readPages({ all }: TestProcesses, limit: number): Promise<ConnectionInfo[][]> {
  const pages: ConnectionInfo[][] = [];
  let page: string | undefined;
  do {
    const found = await all.list({}, limit, page);
    expect(found.missing).toEqual([]);
    pages.push([...found.connections]);
    ({ page } = found);
  } while (page !== undefined);
  return pages;
}

const openAs = (services: TestServices, sub: string, sink = new QuietSink()): Promise<Session> =>
  open(services, { sink, request: requestWith(mint({ sub })), subscription: NEWS });

it('says what a connection is', async () => {
  await using processes = await startProcesses();
  const before = Date.now();
  const sink = Object.assign(new QuietSink(), { bytesPending: 7 });
  const session = await open(processes.two, { sink });
  await session.connection.whenCaughtUp();
  const { connections, missing, page } = await processes.all.list({}, 10);
  expect({ connections, missing, page }).toEqual({
    connections: [
      {
        id: session.connection.id,
        process: 'two',
        transport: 'test',
        address: ADDRESS,
        since: expect.any(Number) as number,
        user: 'ann',
        client: 'key',
        channels: ['news'],
        pendingBytes: 7,
        behind: false,
      },
    ],
    missing: [],
    page: undefined,
  });
  expect(Number.isInteger(connections[0]?.since)).toBe(true);
  expect(connections[0]?.since).toBeGreaterThanOrEqual(before);
  session.connection.state = 'full';
  expect(await processes.all.find(session.connection.id)).toMatchObject({ connection: { behind: true } });
  expect(await processes.all.find('none')).toEqual({ missing: [] });
  session.close();
  expect((await processes.all.list({}, 10)).connections).toEqual([]);
});

it('creates no client key that the connection does not need', async () => {
  await using processes = await startProcesses();
  await openAs(processes.one, 'ann');
  expect((await processes.all.list({}, 1)).connections[0]).not.toHaveProperty('client');
});

it.each([1, 2, 3, 7, 8])('lists all connections once, the oldest first, on pages of %i', async (limit) => {
  await using processes = await startProcesses();
  const ids = await openMany(processes, 7);
  const pages = await readPages(processes, limit);
  const found = pages.flat();
  expect(new Set(found.map(({ id }) => id))).toEqual(new Set(ids));
  expect(found).toHaveLength(7);
  expect(found.map(({ since }) => since)).toEqual(found.map(({ since }) => since).sort((one, next) => one - next));
  expect(pages.slice(0, -1).every((page) => page.length === limit)).toBe(true);
});

it('lists connections that were opened at the same time once, too', async () => {
  await using processes = await startProcesses();
  jest.spyOn(Date, 'now').mockReturnValue(Date.now());
  try {
    const ids = await openMany(processes, 7);
    const found = (await readPages(processes, 2)).flat();
    expect(found.map(({ id }) => id).sort()).toEqual([...ids].sort());
    expect(new Set(found.map(({ since }) => since)).size).toBe(1);
  } finally {
    jest.restoreAllMocks();
  }
});

it('limits a page in bytes, and loses no connection', async () => {
  await using processes = await startProcesses();
  const channels = Array.from({ length: 90 }, (_, index) => `news:${'x'.repeat(190)}${index}`);
  const request = requestWith(mint({ tetracast: { subscribe: ['*'], publish: [] } }));
  for (let index = 0; index < 30; index++)
    await open(index % 3 === 0 ? processes.one : processes.two, { request, subscription: { ...NEWS, channels } });
  const pages = await readPages(processes, 100);
  expect(pages.length).toBeGreaterThan(1);
  expect(new Set(pages.flat().map(({ id }) => id)).size).toBe(30);
  expect(pages.flat()).toHaveLength(30);
});

it('finds connections by channel, user and client key', async () => {
  await using processes = await startProcesses();
  await openMany(processes, 4);
  await open(processes.one, { request: requestWith(mint({ sub: 'bob' })), subscription: { ...NEWS, client: '1' } });
  const count = async (filter: object): Promise<number> => (await processes.all.list(filter, 10)).connections.length;
  expect(await count({ channel: 'news' })).toBe(5);
  expect(await count({ channel: 'other' })).toBe(0);
  expect(await count({ user: 'bob' })).toBe(1);
  expect(await count({ client: '1' })).toBe(2);
  expect(await count({ client: '1', user: 'ann' })).toBe(1);
});

it.each(['', 'x', Buffer.from('12').toString('base64url'), Buffer.from('x one').toString('base64url')])(
  'refuses the page %j',
  async (page) => {
    await using processes = await startProcesses();
    await expect(processes.all.list({}, 10, page)).rejects.toMatchObject({ code: 'invalid_request' });
  },
);

it('closes one connection, or all of a user, for the reason that it is given', async () => {
  await using processes = await startProcesses();
  const { one, two, all } = processes;
  const sinks = [new QuietSink(), new QuietSink(), new QuietSink(), new QuietSink()] as const;
  const session = await openAs(one, 'ann', sinks[0]);
  await openAs(one, 'ann', sinks[1]);
  await openAs(two, 'ann', sinks[2]);
  await openAs(two, 'bob', sinks[3]);
  expect(await all.close({ id: session.connection.id }, 'reconnect')).toEqual({ closed: 1, missing: [] });
  expect(await all.close({ id: session.connection.id }, 'reconnect')).toEqual({ closed: 0, missing: [] });
  expect(await all.close({ user: 'ann' }, 'disconnected')).toEqual({ closed: 2, missing: [] });
  expect(sinks.map(({ closed }) => closed)).toEqual(['reconnect', 'disconnected', 'disconnected', undefined]);
});

it('subscribes a user everywhere, where its token allows it, and sends a notice', async () => {
  await using processes = await startProcesses();
  const { one, two, all } = processes;
  const sinks = [new QuietSink(), new QuietSink()] as const;
  const allowed = mint({ tetracast: { subscribe: ['news', 'more'], publish: [] } });
  const session = await open(one, { sink: sinks[0], request: requestWith(allowed), subscription: NEWS });
  await openAs(two, 'ann', sinks[1]);
  expect(await all.subscribe('ann', ['more', 'news'])).toEqual({ subscribed: 1, refused: 1, missing: [] });
  expect(session.connection.channels).toEqual(['news', 'more']);
  const { cursor } = session.connection;
  expect(sinks[0].notices).toEqual([{ type: 'subscribed', channels: ['more'], cursor }]);
  expect(sinks[1].notices).toEqual([]);
  expect(await all.subscribe('ann', ['more'])).toMatchObject({ subscribed: 1 });
  expect(sinks[0].notices).toHaveLength(1);

  expect(await all.unsubscribe('ann', ['more', 'other'])).toEqual({ unsubscribed: 1, missing: [] });
  expect(session.connection.channels).toEqual(['news']);
  expect(sinks[0].notices.at(-1)).toEqual({ type: 'unsubscribed', channels: ['more'] });
});

it('leaves alone connections whose channels are fixed, and those that wait for a token', async () => {
  await using processes = await startProcesses();
  const { one, all } = processes;
  await openAs(one, 'ann', Object.assign(new QuietSink(), { sendNotice: undefined }));
  await openAs(one, 'ann', Object.assign(new QuietSink(), { hasFixedChannels: true }));
  await open(one, { request: requestWith(), tokenMayFollow: true });
  expect(await all.subscribe('ann', ['news'])).toEqual({ subscribed: 0, refused: 0, missing: [] });
  expect(await all.unsubscribe('ann', ['news'])).toEqual({ unsubscribed: 0, missing: [] });
  expect((await all.list({ channel: 'news' }, 10)).connections).toHaveLength(2);
});

it('counts subscribers by transport, and adds up what the processes have done', async () => {
  await using processes = await startProcesses();
  const { one, two, all } = processes;
  await openMany(processes, 3);
  await open(two, { transport: 'other' });
  const gone = await open(two, { transport: 'other' });
  gone.close();
  await one.hub.publish({ channel: 'news', event: 'message', data: '1', echo: true });
  expect(await all.countSubscribers(['news', 'none'])).toEqual({
    subscribers: [{ test: 3, other: 1 }, {}],
    missing: [],
  });
  const { processes: found, total, missing } = await all.stats();
  expect(missing).toEqual([]);
  expect(
    found.map(({ process, since, published, connections }) => ({ process, since, published, connections })),
  ).toEqual([
    { process: 'one', since: 1, published: 1, connections: { test: 2 } },
    { process: 'two', since: 1, published: 0, connections: { test: 1, other: 1 } },
  ]);
  expect(total).toMatchObject({ published: 1, connections: { test: 3, other: 1 }, refused: 0 });
});

it('names a process that does not answer, and answers without it', async () => {
  await using processes = await startProcesses();
  processes.bus.answerQuestions('broken', () => Promise.reject(new Error('no')));
  await openMany(processes, 2);
  const found = await processes.all.list({}, 10);
  expect([found.connections.length, found.missing]).toEqual([2, ['broken']]);
  expect((await processes.all.stats()).missing).toEqual(['broken']);
  expect((await processes.all.close({ user: 'ann' }, 'reconnect')).missing).toEqual(['broken']);
});
