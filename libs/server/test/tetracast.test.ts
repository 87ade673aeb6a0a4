import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tetracast, TetracastError } from '../src';
import { startFakeServer } from './fake-server';

const KEY = 'a-key';

async function failureOf(call: Promise<unknown>): Promise<TetracastError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TetracastError);
  return error as TetracastError;
}

it('sends the key, the parameters and the body of a call', async () => {
  await using server = await startFakeServer([201, { id: 'e-1', channel: 'a/b' }], [200, { deleted: 2 }]);
  const tetracast = new Tetracast({ url: `${server.url}/`, key: KEY });
  expect(await tetracast.publish('a', { b: 1 }, { event: 'e', idempotencyKey: 'k' })).toEqual({
    id: 'e-1',
    channel: 'a/b',
  });
  expect(await tetracast.deleteUserMessages('an/n ä')).toBe(2);
  expect(server.seen).toMatchObject([
    {
      method: 'POST',
      url: '/api/publish',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: { channel: 'a', data: { b: 1 }, event: 'e', idempotencyKey: 'k' },
    },
    { method: 'DELETE', url: '/api/users/an%2Fn%20%C3%A4/messages', body: undefined },
  ]);
  expect(server.seen[1]?.headers).not.toHaveProperty('content-type');
});

it('needs no key, and keeps the path of its URL', async () => {
  await using server = await startFakeServer([200, { messages: [], cursor: 'e-0', more: false }]);
  await new Tetracast({ url: `${server.url}/behind/` }).readHistory('a', { limit: 5, order: 'desc' });
  expect(server.seen).toMatchObject([{ url: '/behind/api/channels/a/messages?limit=5&order=desc' }]);
  expect(server.seen[0]?.headers).not.toHaveProperty('authorization');
});

it.each([
  ['asc', 'after'],
  ['desc', 'before'],
] as const)('reads the history %s, page by page', async (order, next) => {
  const page = (data: number, more: boolean) => [200, { messages: [{ data }], cursor: `e-${data}`, more }] as const;
  await using server = await startFakeServer(page(1, true), page(2, false));
  const found: unknown[] = [];
  for await (const { data } of new Tetracast(server).history('a', { order, limit: 1 })) found.push(data);
  expect(found).toEqual([1, 2]);
  expect(server.seen[1]?.url).toBe(`/api/channels/a/messages?order=${order}&limit=1&${next}=e-1`);
});

it('ends and cancels channels, and lists and counts their members', async () => {
  await using server = await startFakeServer(
    [201, { id: 'e-1', channel: 'a' }],
    [201, { id: 'e-2', channel: 'a' }],
    [200, { members: [{ id: 'm1' }], count: 2, cursor: 'e-3', page: 'next' }],
    [200, { members: [{ id: 'm2' }], count: 2, cursor: 'e-3' }],
    [200, { members: [], count: 2, cursor: 'e-3' }],
  );
  const tetracast = new Tetracast(server);
  expect(await tetracast.cancel('a')).toEqual({ id: 'e-1', channel: 'a' });
  expect(await tetracast.end('a', 'bye', { idempotencyKey: 'k' })).toEqual({ id: 'e-2', channel: 'a' });
  const ids: string[] = [];
  for await (const { id } of tetracast.members('a', { limit: 1 })) ids.push(id);
  expect([ids, await tetracast.countMembers('a')]).toEqual([['m1', 'm2'], 2]);
  expect(server.seen.map(({ method, url, body }) => [method, url, body])).toEqual([
    ['POST', '/api/channels/a/cancel', undefined],
    ['POST', '/api/publish', { channel: 'a', data: 'bye', end: true, idempotencyKey: 'k' }],
    ['GET', '/api/channels/a/presence?limit=1', undefined],
    ['GET', '/api/channels/a/presence?limit=1&page=next', undefined],
    ['GET', '/api/channels/a/presence?limit=0', undefined],
  ]);
});

it('lists connections and channels page by page', async () => {
  await using server = await startFakeServer(
    [200, { connections: [{ id: 'a' }], page: 'next', missing: [] }],
    [200, { connections: [{ id: 'b' }], missing: [] }],
    [200, { channels: [{ channel: 'a' }] }],
  );
  const tetracast = new Tetracast(server);
  const ids: string[] = [];
  for await (const { id } of tetracast.connections({ user: 'ann' })) ids.push(id);
  expect(ids).toEqual(['a', 'b']);
  expect(server.seen.map(({ url }) => url)).toEqual([
    '/api/connections?user=ann',
    '/api/connections?user=ann&page=next',
  ]);
  const channels: string[] = [];
  for await (const { channel } of tetracast.channels()) channels.push(channel);
  expect(channels).toEqual(['a']);
});

it('sends a large batch in requests of 1000 messages', async () => {
  const results = (count: number) =>
    [200, { results: Array.from({ length: count }, () => ({ id: 'e-1', channel: 'a' })) }] as const;
  await using server = await startFakeServer(results(1000), results(500));
  const messages = Array.from({ length: 1500 }, (_, data) => ({ channel: 'a', data }));
  expect(await new Tetracast(server).batch(messages)).toHaveLength(1500);
  const sent = server.seen.map(({ body }) => (body as { messages: typeof messages }).messages);
  expect(sent.flat()).toEqual(messages);
  expect(sent.map(({ length }) => length)).toEqual([1000, 500]);
});

it('says why a call was refused', async () => {
  const problem = { code: 'forbidden', detail: 'the key has no scope "publish"', status: 403 };
  await using server = await startFakeServer([403, problem], [503, { code: 'unavailable', detail: 'later' }]);
  const tetracast = new Tetracast(server);
  expect(await failureOf(tetracast.publish('a', 1))).toMatchObject({
    code: 'forbidden',
    message: 'the key has no scope "publish"',
    status: 403,
    isTemporary: false,
  });
  expect(await failureOf(tetracast.stats())).toMatchObject({ code: 'unavailable', isTemporary: true });
});

it('takes what is not found for nothing, where that is an answer', async () => {
  const missing = [404, { code: 'not_found', detail: 'no' }] as const;
  await using server = await startFakeServer(missing, missing, missing, missing);
  const tetracast = new Tetracast(server);
  expect(await tetracast.connection('a')).toBeUndefined();
  expect(await tetracast.closeConnection('a', { reconnect: true })).toBe(false);
  expect(await tetracast.deleteMessage('a', 'e-1')).toBe(false);
  expect(server.seen.map(({ url }) => url)[1]).toBe('/api/connections/a?reconnect=true');
  expect(await failureOf(tetracast.stats())).toMatchObject({ code: 'not_found' });
});

it('reports an answer of something else, and none at all', async () => {
  await using server = await startFakeServer([502, '<html>'], [200, 'no JSON'], 'hangs');
  const tetracast = new Tetracast({ url: server.url, timeoutMs: 500 });
  expect(await failureOf(tetracast.stats())).toMatchObject({ code: 'invalid_answer', status: 502, isTemporary: true });
  expect(await failureOf(tetracast.stats())).toMatchObject({ code: 'invalid_answer', status: 200 });
  expect(await failureOf(tetracast.stats())).toMatchObject({
    code: 'unreachable',
    status: undefined,
    isTemporary: true,
  });
  expect(() => new Tetracast({ url: 'nowhere' })).toThrow('Invalid URL');
});

it.each(['.', '..', ''])('sends no call about a user %j, which a URL cannot name', async (user) => {
  await using server = await startFakeServer();
  const failure = await failureOf(new Tetracast(server).deleteUserMessages(user));
  expect(failure).toMatchObject({ code: 'invalid_request', status: 400, isTemporary: false });
  expect(server.seen).toEqual([]);
});

it('follows no redirect, which would take the key elsewhere', async () => {
  await using server = await startFakeServer([307, '']);
  expect(await failureOf(new Tetracast({ url: server.url, key: KEY }).stats())).toMatchObject({
    code: 'unreachable',
    status: undefined,
  });
  expect(server.seen).toHaveLength(1);
});

it('has the methods that its README lists', () => {
  const readme = readFileSync(join(__dirname, '../README.md'), 'utf8');
  const [, table = ''] = /\| Method[^\n]*\n[^\n]*\n((?:\|.*\n)+)/.exec(readme) ?? [];
  const listed = [...table.matchAll(/`(\w+)`/g)].map(([, name]) => name);
  const methods = Object.getOwnPropertyNames(Tetracast.prototype);
  expect(listed.toSorted()).toEqual(
    methods.filter((name) => !['constructor', 'unlessNotFound'].includes(name)).toSorted(),
  );
});
