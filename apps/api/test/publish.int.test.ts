import type { Message } from '@tetracast/message-model';
import { type Api, keyOf, startApi, stopped } from './start-api';

let api: Api;
let channels = 0;
const newChannel = (): string => `news-${++channels}`;

beforeAll(async () => {
  api = await startApi({ MAX_MESSAGE_BYTES: '1KiB', MAX_BATCH_BYTES: '64KiB' });
});

afterAll(() => api[Symbol.asyncDispose]());

const stored = async (channel: string): Promise<Message[]> =>
  ((await api.call('GET', `/api/channels/${channel}/messages`)).json as { messages: Message[] }).messages;

describe('POST /api/publish', () => {
  it('stores a message, and answers with its id', async () => {
    const channel = newChannel();
    const { status, json, headers } = await api.call('POST', '/api/publish', {
      channel,
      event: 'price',
      data: { eur: 5 },
      client: 'shop',
    });

    const [message] = await stored(channel);
    expect({ status, json }).toEqual({ status: 201, json: { id: message?.id, channel } });
    expect(message).toMatchObject({ channel, event: 'price', data: { eur: 5 }, client: 'shop' });
    expect(message).not.toHaveProperty('user');
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('stores one message on each of a thousand channels', async () => {
    const names = Array.from({ length: 1000 }, newChannel);
    const { status, json } = await api.call('POST', '/api/publish', { channels: names, data: 'to all' });

    const { results } = json as { results: { id: string; channel: string }[] };
    expect(status).toBe(200);
    expect(results.map(({ channel }) => channel)).toEqual(names);
    for (const index of [0, 499, 999]) {
      expect(await stored(names[index]!)).toMatchObject([{ id: results[index]?.id, data: 'to all' }]);
    }
  });

  it('answers a repeated idempotency key with the first message', async () => {
    const channel = newChannel();
    const message = { channel, data: 1, idempotencyKey: 'once' };
    const first = await api.call('POST', '/api/publish', message);
    const again = await api.call('POST', '/api/publish', message);
    const toAll = await api.call('POST', '/api/publish', { channels: [channel], data: 1, idempotencyKey: 'once' });

    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.json).toEqual({ ...(first.json as object), duplicate: true });
    expect(toAll.json).toEqual({ results: [again.json] });
    expect(await stored(channel)).toHaveLength(1);
  });

  it.each<[string, unknown, number, string]>([
    ['nothing', '', 400, 'invalid_request'],
    ['no JSON', '{"channel":', 400, 'invalid_request'],
    ['a list', [], 400, 'invalid_request'],
    ['null', 'null', 400, 'invalid_request'],
    ['no channel', { data: 1 }, 400, 'invalid_request'],
    ['no data', { channel: 'news' }, 400, 'invalid_request'],
    ['a channel that is none', { channel: 'no channel', data: 1 }, 400, 'invalid_channel'],
    ['an internal channel', { channel: '$access:revoked', data: 1 }, 400, 'invalid_channel'],
    ['an internal channel among others', { channels: ['news', '$access:revoked'], data: 1 }, 400, 'invalid_channel'],
    ['channels that are no list', { channels: 'news', data: 1 }, 400, 'invalid_request'],
    ['no channels', { channels: [], data: 1 }, 400, 'invalid_request'],
    ['a channel twice', { channels: ['news', 'news'], data: 1 }, 400, 'invalid_request'],
    ['a channel and channels', { channel: 'news', channels: ['news'], data: 1 }, 400, 'invalid_request'],
    [
      'too many channels',
      { channels: Array.from({ length: 1001 }, (_, n) => `c${n}`), data: 1 },
      400,
      'invalid_request',
    ],
    ['a reserved event', { channel: 'news', event: 'tetracast:reset', data: 1 }, 400, 'invalid_event'],
    ['a client key that is none', { channel: 'news', client: 'a b', data: 1 }, 400, 'invalid_request'],
    ['a wrong idempotency key', { channel: 'news', idempotencyKey: '', data: 1 }, 400, 'invalid_request'],
    [
      'too deep data',
      { channel: 'news', data: JSON.parse('['.repeat(65) + ']'.repeat(65)) as unknown },
      400,
      'invalid_message',
    ],
    ['an infinite number', '{"channel":"news","data":1e999}', 400, 'invalid_message'],
    ['too large data', { channel: 'news', data: 'x'.repeat(1100) }, 413, 'message_too_large'],
    ['too large a body', { channel: 'news', data: 'x'.repeat(66_000) }, 413, 'message_too_large'],
    [
      'too much for all channels',
      { channels: Array.from({ length: 100 }, (_, n) => `c${n}`), data: 'x'.repeat(1000) },
      413,
      'message_too_large',
    ],
  ])('refuses %s, and stores nothing', async (_, body, status, code) => {
    const before = (await api.tetracast.bus.positions([])).head;
    const answer = await api.call('POST', '/api/publish', body);

    expect(answer).toMatchObject({ status, json: { status, code } });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect((await api.tetracast.bus.positions([])).head).toBe(before);
  });

  it.each([
    ['a form', 'application/x-www-form-urlencoded', 'channel=news&data=1'],
    ['a text', 'text/plain', '{"channel":"news","data":1}'],
  ])('takes no %s, which a page of any origin can send', async (_, type, body) => {
    const authorization = `Bearer ${keyOf('all')}`;
    const answer = await api.call('POST', '/api/publish', body, { authorization, 'content-type': type });

    expect(answer).toMatchObject({ status: 415, json: { code: 'unsupported_media_type' } });
    expect(answer.headers.get('accept')).toBe('application/json');
  });
});

describe('POST /api/batch', () => {
  it('stores a thousand messages in their order', async () => {
    const channel = newChannel();
    const messages = Array.from({ length: 1000 }, (_, n) => ({ channel, data: n }));
    const { status, json } = await api.call('POST', '/api/batch', { messages });

    const { results } = json as { results: { id: string }[] };
    const page = await api.call('GET', `/api/channels/${channel}/messages?limit=1000`);
    const found = (page.json as { messages: Message[] }).messages;
    expect(status).toBe(200);
    expect(found.map(({ data }) => data)).toEqual(messages.map(({ data }) => data));
    expect(found.map(({ id }) => id)).toEqual(results.map(({ id }) => id));
  });

  it('answers each message by itself: a bad one does not fail the others', async () => {
    const channel = newChannel();
    const good = { channel, data: 'good' };
    const once = { channel, data: 'once', idempotencyKey: 'k' };
    const messages = [
      good,
      { channel: '$no', data: 1 },
      'a text',
      null,
      { ...good, event: 'open' },
      once,
      once,
      { channel },
    ];
    const { status, json } = await api.call('POST', '/api/batch', { messages });

    const { results } = json as { results: { id?: string; error?: { code: string } }[] };
    const ids = (await stored(channel)).map(({ id }) => id);
    expect(status).toBe(200);
    expect(results).toEqual([
      { id: ids[0], channel },
      { error: { code: 'invalid_channel', message: expect.any(String) as string } },
      { error: { code: 'invalid_message', message: expect.any(String) as string } },
      { error: { code: 'invalid_message', message: expect.any(String) as string } },
      { error: { code: 'invalid_event', message: expect.any(String) as string } },
      { id: ids[1], channel },
      { id: ids[1], channel, duplicate: true },
      { error: { code: 'invalid_message', message: expect.any(String) as string } },
    ]);
    expect(ids).toHaveLength(2);
  });

  it.each<[string, unknown, number]>([
    ['no messages', {}, 400],
    ['an empty list', { messages: [] }, 400],
    ['messages that are no list', { messages: { 0: 1 } }, 400],
    ['too many messages', { messages: Array.from({ length: 1001 }, () => 0) }, 400],
    ['too large a body', { messages: [{ channel: 'news', data: 'x'.repeat(66_000) }] }, 413],
  ])('refuses %s', async (_, body, status) => {
    expect(await api.call('POST', '/api/batch', body)).toMatchObject({ status });
  });
});

describe('the rate of an address', () => {
  it('counts the messages of a batch, and the channels of a message', async () => {
    await using limited = await startApi({ PUBLISH_RATE: '0/10/0' }, { runtime: stopped });
    const messages = Array.from({ length: 30 }, (_, n) => ({ channel: 'news', data: n }));
    const channels = messages.map((_, n) => `c${n}`);

    expect(await limited.call('POST', '/api/batch', { messages })).toMatchObject({ status: 200 });
    expect(await limited.call('POST', '/api/publish', { channels, data: 1 })).toMatchObject({
      status: 429,
      json: { code: 'rate_limited' },
    });
  });
});
