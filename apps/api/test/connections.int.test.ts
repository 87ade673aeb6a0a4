import { QuietSink } from '@tetracast/hub/testing';
import type { Connections, Stats } from '@tetracast/message-model';
import { publish } from '@tetracast/service-kit/testing';
import { connect as connectTo } from './connect';
import { type Api, keyOf, startApi } from './start-api';

let api: Api;

beforeAll(async () => {
  const keys = ['all', 'some', 'reader'].map((name) => `${name}=${keyOf(name)}`);
  const [all, some, reader] = keys;
  api = await startApi({
    API_KEYS: `${all}/*/*,${some}/*/news,${reader}/connections/*`,
    MAX_CONNECTIONS_PER_USER: '0',
  });
  while (!api.tetracast.access.isReady) await new Promise(setImmediate);
});

afterAll(() => api[Symbol.asyncDispose]());

afterEach(() => {
  for (const session of api.tetracast.connections.all()) session.close();
});

const connect = (user: string, channel?: string, sink?: QuietSink) => connectTo(api, user, channel, sink);

const get = async <T>(path: string): Promise<T> => {
  const { status, json } = await api.call('GET', path);
  expect(status).toBe(200);
  return json as T;
};

describe('GET /api/connections', () => {
  it('lists connections by channel and user, in pages', async () => {
    await connect('ann');
    await connect('bob');
    const last = await connect('ann', 'sport');
    const first = await get<Connections>('/api/connections?limit=2');
    expect(first.connections.map(({ user }) => user)).toEqual(['ann', 'bob']);
    const second = await get<Connections>(`/api/connections?limit=2&page=${first.page}`);
    expect(second).toMatchObject({ connections: [{ id: last.connection.id, transport: 'quiet' }], missing: [] });
    expect(second.page).toBeUndefined();
    expect((await get<Connections>('/api/connections?channel=sport')).connections).toHaveLength(1);
    expect((await get<Connections>('/api/connections?user=ann&channel=news')).connections).toHaveLength(1);
  });

  it('shows one', async () => {
    const { connection } = await connect('ann');
    expect(await get(`/api/connections/${connection.id}`)).toMatchObject({
      id: connection.id,
      user: 'ann',
      address: '192.0.2.1',
      channels: ['news'],
    });
    expect(await api.call('GET', '/api/connections/none')).toMatchObject({ status: 404, json: { code: 'not_found' } });
  });

  it.each(['limit=0', 'limit=1001', 'page=x', 'channel=a%20b', 'client=%20', 'user='])('refuses %s', async (query) => {
    const { status, json } = await api.call('GET', `/api/connections?${query}`);
    expect([status, json]).toEqual([
      400,
      expect.objectContaining({ code: expect.stringMatching(/^invalid_/) as string }),
    ]);
  });
});

describe('closing', () => {
  it.each([
    ['', 'disconnected'],
    ['?reconnect=false', 'disconnected'],
    ['?reconnect=true', 'reconnect'],
  ])('of one connection with "%s" is %s', async (query, reason) => {
    const sink = new QuietSink();
    const { connection } = await connect('ann', 'news', sink);
    expect(await api.call('DELETE', `/api/connections/${connection.id}${query}`)).toMatchObject({
      status: 200,
      json: { closed: 1, missing: [] },
    });
    expect(sink.closed).toBe(reason);
    expect(await api.call('DELETE', `/api/connections/${connection.id}`)).toMatchObject({ status: 404 });
  });

  it('of a user is that of all its connections', async () => {
    const sinks = [new QuietSink(), new QuietSink(), new QuietSink()] as const;
    await connect('an/n', 'news', sinks[0]);
    await connect('an/n', 'sport', sinks[1]);
    await connect('bob', 'news', sinks[2]);
    const answer = await api.call('POST', '/api/users/an%2Fn/disconnect?reconnect=true');
    expect(answer).toMatchObject({ status: 200, json: { closed: 2, missing: [] } });
    expect(sinks.map(({ closed }) => closed)).toEqual(['reconnect', 'reconnect', undefined]);
  });
});

describe('the channels of a user', () => {
  it('are changed on all its connections', async () => {
    const sink = new QuietSink();
    const { connection } = await connect('ann', 'news', sink);
    const subscribed = await api.call('POST', '/api/users/ann/subscribe', { channels: ['sport'] });
    expect(subscribed).toMatchObject({ status: 200, json: { subscribed: 1, refused: 0, missing: [] } });
    expect(connection.channels).toEqual(['news', 'sport']);
    const unsubscribed = await api.call('POST', '/api/users/ann/unsubscribe', { channels: ['news'] });
    expect(unsubscribed).toMatchObject({ status: 200, json: { unsubscribed: 1 } });
    expect(connection.channels).toEqual(['sport']);
    expect(sink.notices.map(({ type }) => type)).toEqual(['subscribed', 'unsubscribed']);
  });

  it.each([{}, { channels: [] }, { channels: ['a b'] }, { channels: 'news' }, { channels: ['news', 'news'] }])(
    'are not %j',
    async (body) => {
      const { status } = await api.call('POST', '/api/users/ann/subscribe', body);
      expect(status).toBe(400);
    },
  );
});

it('counts the subscribers of each channel', async () => {
  await publish(api, 'counted:a', [1]);
  await publish(api, 'counted:b', [1]);
  await connect('ann', 'counted:a');
  await connect('bob', 'counted:a');
  const answer = await get<{ channels: unknown }>('/api/channels?prefix=counted:');
  expect(answer).toMatchObject({
    channels: [
      { channel: 'counted:a', subscribers: { quiet: 2 } },
      { channel: 'counted:b', subscribers: {} },
    ],
    missing: [],
  });
});

it('counts what the process has and has done', async () => {
  await connect('ann', 'counted:c');
  await connect('bob', 'counted:c');
  const before = (await get<Stats>('/api/stats')).total;
  await publish(api, 'counted:c', [1, 2, 3]);
  const { processes, total, missing } = await get<Stats>('/api/stats');
  expect(total).toEqual({
    ...before,
    connections: { quiet: 2 },
    published: before.published + 3,
    delivered: before.delivered + 6,
  });
  expect(processes).toMatchObject([total]);
  expect(missing).toEqual([]);
});

const CALLS: [string, string, object | undefined][] = [
  ['GET', '/api/connections', undefined],
  ['GET', '/api/connections/x', undefined],
  ['DELETE', '/api/connections/x', undefined],
  ['POST', '/api/users/ann/disconnect', undefined],
  ['GET', '/api/stats', undefined],
];
const CHANNEL_CALLS: [string, string, object | undefined][] = [
  ['POST', '/api/users/ann/subscribe', { channels: ['sport'] }],
  ['POST', '/api/users/ann/unsubscribe', { channels: ['sport'] }],
];

it.each([...CALLS, ...CHANNEL_CALLS])('%s %s is refused to a key for other channels', async (method, path, body) => {
  const headers = { authorization: `Bearer ${keyOf('some')}` };
  expect(await api.call(method, path, body, headers)).toMatchObject({ status: 403, json: { code: 'forbidden' } });
});

it.each([...CALLS.slice(2), ...CHANNEL_CALLS])(
  '%s %s is refused to a key without the scope',
  async (method, path, body) => {
    const headers = { authorization: `Bearer ${keyOf('reader')}` };
    expect(await api.call(method, path, body, headers)).toMatchObject({ status: 403, json: { code: 'forbidden' } });
  },
);
