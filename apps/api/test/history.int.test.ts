import type { HistoryAnswer } from '@tetracast/message-model';
import { publish } from '@tetracast/service-kit/testing';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { type Api, AUTH_SECRET, keyOf, startApi } from './start-api';
import { SignJWT } from 'jose';

let api: Api;
let channels = 0;
const newChannel = (): string => `chat:room-${++channels}`;

beforeAll(async () => {
  api = await startApi();
});

afterAll(() => api[Symbol.asyncDispose]());

const read = async (channel: string, query = ''): Promise<HistoryAnswer> => {
  const { status, json } = await api.call('GET', `/api/channels/${encodeURIComponent(channel)}/messages?${query}`);
  expect(status).toBe(200);
  return json as HistoryAnswer;
};

const dataOf = ({ messages }: HistoryAnswer): unknown[] => messages.map(({ data }) => data);

describe('GET /api/channels/{channel}/messages', () => {
  it('reads a channel in pages, from the oldest to the newest and back', async () => {
    const channel = newChannel();
    await publish(api, channel, [1, 2, 3, 4, 5]);

    const first = await read(channel, 'limit=2');
    const second = await read(channel, `limit=2&after=${first.cursor}`);
    const third = await read(channel, `limit=2&after=${second.cursor}`);
    expect([first, second, third].map(dataOf)).toEqual([[1, 2], [3, 4], [5]]);
    expect([first, second, third].map(({ more }) => more)).toEqual([true, true, false]);

    const newest = await read(channel, 'limit=3&order=desc');
    const older = await read(channel, `limit=3&order=desc&before=${newest.cursor}`);
    expect([newest, older].map(dataOf)).toEqual([
      [5, 4, 3],
      [2, 1],
    ]);
    expect([newest, older].map(({ more }) => more)).toEqual([true, false]);
  });

  it('reads between two cursors', async () => {
    const channel = newChannel();
    const [, second, , , fifth] = await publish(api, channel, [1, 2, 3, 4, 5]);

    expect(dataOf(await read(channel, `after=${second}&before=${fifth}`))).toEqual([3, 4]);
    expect(dataOf(await read(channel, `after=${second}&before=${fifth}&order=desc`))).toEqual([4, 3]);
  });

  it('has no messages of a channel that was never used', async () => {
    expect(await read('nobody:was-here')).toMatchObject({ messages: [], more: false });
  });

  it('reports a cursor of another message log', async () => {
    expect(await read(newChannel(), 'after=AAAAAAAAAAAA-1')).toMatchObject({ reset: { reason: 'epoch' } });
  });

  const cursors = ['after=nonsense', 'after=earliest', 'after=', 'before=', 'before=1'];
  const others = ['limit=0', 'limit=1001', 'limit=x', 'limit=1.5', 'limit=', 'limit=1&limit=2', 'order=up', 'latest=5'];
  it.each([...cursors, ...others])('refuses %s', async (query) => {
    const answer = await api.call('GET', `/api/channels/news/messages?${query}`);
    expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_request' } });
  });

  it.each(['%24access%3Arevoked', 'a%20b', 'a'.repeat(201)])('refuses the channel %s', async (channel) => {
    const answer = await api.call('GET', `/api/channels/${channel}/messages`);
    expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_channel' } });
  });

  // Most clients and proxies remove such segments from a path, fetch among them; this one sends the path as it is.
  it.each(['.', '..', '%2e', '%2E%2e'])('refuses the names %s in a path', async (name) => {
    const codeOf = async (method: string, path: string): Promise<unknown> => {
      const sent = request(api.url, { method, path, headers: { authorization: `Bearer ${keyOf('all')}` } }).end();
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      return (JSON.parse(await text(response)) as { code?: unknown }).code;
    };
    expect(await codeOf('GET', `/api/channels/${name}/messages`)).toBe('invalid_channel');
    expect(await codeOf('DELETE', `/api/channels/${name}`)).toBe('invalid_channel');
    expect(await codeOf('DELETE', `/api/users/${name}/messages`)).toBe('invalid_request');
  });

  it('takes the longest names of channels and users', async () => {
    const channel = 'ż'.repeat(100);
    await publish(api, channel, ['long']);

    expect(dataOf(await read(channel))).toEqual(['long']);
    const user = encodeURIComponent('ż'.repeat(256));
    expect(await api.call('DELETE', `/api/users/${user}/messages`)).toMatchObject({
      status: 200,
      json: { deleted: 0 },
    });
  });
});

describe('GET /api/channels', () => {
  it('lists the channels with a prefix in pages', async () => {
    const prefix = `list-${++channels}`;
    const names = ['a', 'b', 'c'].map((name) => `${prefix}:${name}`);
    for (const name of names) await publish(api, name, [1, 2]);

    const found: { channel: string; messages: number; lastMessageAt: number }[] = [];
    for (let page: string | undefined = ''; page !== undefined;) {
      const query = `prefix=${prefix}&limit=2${page === '' ? '' : `&page=${encodeURIComponent(page)}`}`;
      const answer = (await api.call('GET', `/api/channels?${query}`)).json as {
        channels: typeof found;
        page?: string;
      };
      found.push(...answer.channels);
      page = answer.page;
    }
    expect(found.map(({ channel }) => channel).sort()).toEqual(names);
    expect(found.map(({ messages }) => messages)).toEqual([2, 2, 2]);
    expect(found.every(({ lastMessageAt }) => Number.isInteger(lastMessageAt))).toBe(true);
  });

  it.each(['limit=0', `prefix=${'x'.repeat(201)}`, 'page=a&page=b'])('refuses %s', async (query) => {
    expect(await api.call('GET', `/api/channels?${query}`)).toMatchObject({ status: 400 });
  });
});

describe('DELETE', () => {
  it('deletes the history of a channel: a reader that comes back gets a reset', async () => {
    const channel = newChannel();
    const [first] = await publish(api, channel, [1, 2, 3]);

    const answer = await api.call('DELETE', `/api/channels/${channel}`);
    expect(answer).toMatchObject({ status: 200, json: { deleted: 3 } });
    expect(await read(channel, `after=${first}`)).toMatchObject({ messages: [], reset: { reason: 'trimmed' } });
  });

  it.each(['..', '%2e%2e'])('deletes no channel for a message that is named %s', async (id) => {
    const channel = newChannel();
    await publish(api, channel, [1]);

    expect(await api.call('DELETE', `/api/channels/${channel}/messages/${id}`)).toMatchObject({ status: 404 });
    expect(dataOf(await read(channel))).toEqual([1]);
  });

  it('deletes one message, and leaves a notice in its place', async () => {
    const channel = newChannel();
    const [first, second] = await publish(api, channel, [1, 2, 3]);

    const answer = await api.call('DELETE', `/api/channels/${channel}/messages/${second}`);
    expect(answer).toMatchObject({ status: 200, json: { deleted: 1 } });
    const { messages, reset } = await read(channel, `after=${first}`);
    expect(messages.map(({ event, data }) => [event, data])).toEqual([
      ['message', 3],
      ['tetracast:deleted', { id: second }],
    ]);
    expect(reset).toBeUndefined();
  });

  it.each(['0-0', 'nonsense', 'AAAAAAAA-1'])('finds no message %s', async (id) => {
    const answer = await api.call('DELETE', `/api/channels/news/messages/${id}`);
    expect(answer).toMatchObject({ status: 404, json: { code: 'not_found' } });
  });

  it('deletes all messages of a user, on all channels', async () => {
    const token = await new SignJWT({ sub: 'ann', tetracast: { api: ['publish'], publish: ['chat:*'] } })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(AUTH_SECRET));
    const rooms = [newChannel(), newChannel()];
    const headers = { authorization: `Bearer ${token}` };
    await api.call('POST', '/api/publish', { channels: rooms, data: 'of ann' }, headers);
    await publish(api, rooms[0]!, ['of nobody']);

    expect(await api.call('DELETE', '/api/users/ann/messages')).toMatchObject({ status: 200, json: { deleted: 2 } });
    expect(dataOf(await read(rooms[0]!))).toContain('of nobody');
    for (const room of rooms) expect(dataOf(await read(room))).not.toContain('of ann');
  });
});
