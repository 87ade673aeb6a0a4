import { SignJWT } from 'jose';
import { type Api, type Answer, AUTH_SECRET, keyOf, startApi, stopped } from './start-api';

const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });

const publishWith = (api: Api, headers: Record<string, string>, channel = 'news'): Promise<Answer> =>
  api.call('POST', '/api/publish', { channel, data: 1 }, headers);

const tokenWith = (tetracast: object): Promise<string> =>
  new SignJWT({ sub: 'ann', tetracast })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(AUTH_SECRET));

describe('an API with keys', () => {
  let api: Api;
  beforeAll(async () => {
    const keys = [
      `all=${keyOf('all')}/*/*`,
      `shop=${keyOf('shop')}/publish+history/orders:*+news`,
      `shop-2=${keyOf('next')}/publish/orders:*`,
    ];
    api = await startApi({ API_KEYS: keys.join(', ') });
  });
  afterAll(() => api[Symbol.asyncDispose]());

  it('takes several keys at a time, each with its channels', async () => {
    const statuses = async (key: string): Promise<number[]> =>
      Promise.all(
        ['news', 'orders:1', 'other'].map(async (channel) => (await publishWith(api, bearer(key), channel)).status),
      );
    expect(await statuses(keyOf('shop'))).toEqual([201, 201, 403]);
    expect(await statuses(keyOf('next'))).toEqual([403, 201, 403]);
  });

  it('refuses the messages of a batch that are for other channels, and stores the others', async () => {
    const messages = ['news', 'other'].map((channel) => ({ channel, data: 1 }));
    const { status, json } = await api.call('POST', '/api/batch', { messages }, bearer(keyOf('shop')));

    expect({ status, json }).toMatchObject({
      status: 200,
      json: {
        results: [
          { channel: 'news' },
          { error: { code: 'forbidden', message: 'The key shop does not allow to publish to other' } },
        ],
      },
    });
  });

  it('names the key in a refusal, and never shows it', async () => {
    const { status, text } = await publishWith(api, bearer(keyOf('shop')), 'other');
    expect([status, text]).toEqual([403, expect.stringContaining('the key shop does not allow')]);
    expect(text).not.toContain(keyOf('shop'));
  });

  it.each<[string, Record<string, string>]>([
    ['nothing', {}],
    ['an unknown key', bearer(keyOf('other'))],
    ['the beginning of a key', bearer(keyOf('all').slice(0, -1))],
    ['a key and more', bearer(`${keyOf('all')}x`)],
    ['a key in another scheme', { authorization: `Basic ${keyOf('all')}` }],
    ['a scheme alone', { authorization: 'Bearer' }],
    ['a name of a key', bearer('all')],
    ['a made-up token', bearer('a.b.c')],
    ['a cookie', { cookie: `tetracast_token=${keyOf('all')}`, origin: 'http://127.0.0.1' }],
  ])('refuses %s', async (_, headers) => {
    const answer = await publishWith(api, { ...headers, origin: api.url });
    expect(answer).toMatchObject({ status: 401, json: { code: 'unauthorized' } });
  });

  it('takes no key from the URL', async () => {
    const answer = await api.call('POST', `/api/publish?token=${keyOf('all')}`, { channel: 'news', data: 1 }, {});
    expect(answer.status).toBe(401);
  });

  it('asks for the key before it reads the body', async () => {
    const answer = await api.call('POST', '/api/publish', '{"channel":', {});
    expect(answer.status).toBe(401);
  });

  it('takes a token with the claim: its scopes, on its own channels', async () => {
    const token = await tokenWith({ api: ['publish', 'history'], publish: ['chat:*'], subscribe: ['news'] });
    const read = (channel: string): Promise<Answer> =>
      api.call('GET', `/api/channels/${channel}/messages`, undefined, bearer(token));

    expect((await publishWith(api, bearer(token), 'chat:1')).status).toBe(201);
    expect((await publishWith(api, bearer(token), 'news')).status).toBe(403);
    expect((await read('news')).status).toBe(200);
    expect((await read('chat:1')).status).toBe(403);
    expect((await api.call('DELETE', '/api/channels/chat:1', undefined, bearer(token))).status).toBe(403);
  });

  it('gives a token without the claim nothing, also one with "admin"', async () => {
    const token = await tokenWith({ publish: ['*'], subscribe: ['*'], admin: true });
    const revoke = await api.call('POST', '/api/revocations', { sub: 'bob' }, bearer(token));

    expect([revoke.status, (await publishWith(api, bearer(token))).status]).toEqual([403, 403]);
  });

  it('lists only the channels of the key', async () => {
    await publishWith(api, bearer(keyOf('all')), 'secret');
    await publishWith(api, bearer(keyOf('all')), 'news');
    const token = await tokenWith({ api: ['channels'], subscribe: ['news'] });
    const { json } = await api.call('GET', '/api/channels', undefined, bearer(token));

    expect((json as { channels: { channel: string }[] }).channels.map(({ channel }) => channel)).toEqual(['news']);
  });

  it.each([
    ['a key for some channels', bearer(keyOf('some'))],
    ['a token that may read nothing', undefined],
  ])('lets %s revoke nothing and list no connections', async (_who, headers) => {
    await using limited = await startApi({ API_KEYS: `some=${keyOf('some')}/*/chat:*` });
    const caller = headers ?? bearer(await tokenWith({ api: ['revoke', 'connections'], publish: ['*'] }));

    expect((await limited.call('POST', '/api/revocations', { sub: 'ann' }, caller)).status).toBe(403);
    expect((await limited.call('GET', '/api/connections', undefined, caller)).status).toBe(403);
  });

  it('lets only a key for all channels delete the messages of a user', async () => {
    await using limited = await startApi({ API_KEYS: `one=${keyOf('one')}/delete/chat:*` });
    const answer = await limited.call('DELETE', '/api/users/ann/messages', undefined, bearer(keyOf('one')));

    expect(answer).toMatchObject({ status: 403, json: { code: 'forbidden' } });
  });

  it('revokes the tokens of a user', async () => {
    const token = await tokenWith({ api: ['publish'], publish: ['news'] });
    const iat = Math.floor(Date.now() / 1000) - 1;
    const dated = await new SignJWT({ sub: 'eve', iat, tetracast: { api: ['publish'], publish: ['news'] } })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(AUTH_SECRET));
    expect((await publishWith(api, bearer(dated))).status).toBe(201);

    expect(await api.call('POST', '/api/revocations', { sub: 'eve' })).toMatchObject({
      status: 201,
      json: { sub: 'eve' },
    });
    expect(
      [await publishWith(api, bearer(dated)), await publishWith(api, bearer(token))].map(({ status }) => status),
    ).toEqual([401, 201]);
  });
});

describe('wrong keys', () => {
  it('cost attempts of their address, after which no key is compared', async () => {
    await using api = await startApi({}, { runtime: stopped });
    const wrong = await Promise.all(Array.from({ length: 10 }, () => publishWith(api, bearer(keyOf('wrong')))));
    const next = await publishWith(api, bearer(keyOf('wrong')));
    const right = await publishWith(api, bearer(keyOf('all')));

    expect(new Set(wrong.map(({ status }) => status))).toEqual(new Set([401]));
    expect([next, right].map(({ status }) => status)).toEqual([429, 429]);
    expect(api.tetracast.limits.refused).toMatchObject([{ limit: 'wrong_keys_per_ip', count: 2 }]);
  });
});

describe('an API without any key', () => {
  const NONE = { API_KEYS: '', AUTH_SECRET: '' };

  it('serves the programs of this machine', async () => {
    await using api = await startApi(NONE);
    expect((await publishWith(api, {})).status).toBe(201);
  });

  it('serves no page of another origin, and under no foreign name', async () => {
    await using api = await startApi(NONE);
    const publishAs = (headers: Record<string, string>): Promise<number> =>
      // Not `fetch`, which names the host by itself.
      api.app
        .inject({ method: 'POST', url: '/api/publish', headers, payload: { channel: 'news', data: 1 } })
        .then(({ statusCode }) => statusCode);

    expect(await publishAs({ host: 'localhost', origin: 'https://page.example' })).toBe(403);
    expect(await publishAs({ host: 'rebound.example' })).toBe(403);
    expect(await publishAs({ host: 'localhost', origin: 'http://localhost' })).toBe(201);
  });

  it.each([
    ['names its public host', { host: 'app.example' }],
    ['names a client', { host: 'localhost', 'x-forwarded-for': '203.0.113.9' }],
    ['names itself', { host: 'localhost', via: '1.1 proxy' }],
  ])('serves nothing through a proxy of this machine that %s', async (_what, headers) => {
    await using api = await startApi({ ...NONE, ALLOWED_ORIGINS: 'https://app.example', TRUST_PROXY: '127.0.0.1' });
    const { statusCode } = await api.app.inject({ method: 'GET', url: '/api/stats', headers });

    expect(statusCode).toBe(401);
  });

  it('refuses all calls where other machines may reach it, and says what to do', async () => {
    await using api = await startApi({ ...NONE, HOST: '0.0.0.0', ACCESS: 'open' });
    const { status, text } = await publishWith(api, bearer(keyOf('any')));

    expect([status, text]).toEqual([401, expect.stringContaining('set API_KEYS (npm run setup makes a key)')]);
  });

  it('has nothing to revoke', async () => {
    await using api = await startApi(NONE);
    expect(await api.call('POST', '/api/revocations', { sub: 'ann' }, {})).toMatchObject({ status: 400 });
  });
});

describe('an API with keys for tokens alone', () => {
  it('needs a token', async () => {
    await using api = await startApi({ API_KEYS: '' });
    const token = await tokenWith({ api: ['publish'], publish: ['news'] });

    expect([await publishWith(api, {}), await publishWith(api, bearer(token))].map(({ status }) => status)).toEqual([
      401, 201,
    ]);
  });
});
