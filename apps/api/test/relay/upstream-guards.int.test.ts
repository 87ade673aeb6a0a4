import { startFakeModel } from '@tetracast/testing';
import { request } from 'node:http';
import { joined, messagesIn, type Relay, startRelay } from './start-relay';

/** As it stands: `fetch` would normalise the path. */
function postRaw(relay: Relay, path: string): Promise<number> {
  const { hostname, port } = new URL(relay.service.url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method: 'POST' }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on('error', reject).end();
  });
}

/** What public DNS says, one answer after the other; the last one for good. */
function fakeDns(...answers: readonly (readonly string[])[]): jest.SpyInstance {
  const dns = jest.requireActual<{ lookup: (...args: unknown[]) => void }>('node:dns');
  let calls = 0;
  return jest.spyOn(dns, 'lookup').mockImplementation((_name, _options, callback) => {
    const found = answers[Math.min(calls++, answers.length - 1)] ?? [];
    (callback as (error: null, found: object[]) => void)(
      null,
      found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  });
}

it.each([
  '/relay/chat/other',
  '/relay/chat/@evil.example',
  '/relay/chat//evil.example/',
  '/relay/chat/http://evil.example',
  '/relay/chat/:9000',
  '/relay/chat/chat/completions/../../admin',
  '/relay/chat/..%2f..%2fadmin',
  '/relay/chat/%2e%2e/admin',
  '/relay/chat/chat%2fcompletions%3fx=1',
  '/relay/chat/chat/completions%00',
  '/relay/chat/chat/completions%0d%0aX-Evil:1',
  '/relay/chat/chat/completions%23',
  '/relay/chat/chat\\completions',
  '/relay/user:secret@chat',
  '/relay/__proto__',
  '/relay/constructor/chat',
])('%s reaches no upstream', async (path) => {
  await using relay = await startRelay();

  expect([400, 404]).toContain(await postRaw(relay, path));
  expect(relay.model.requests).toHaveLength(0);
});

it('the query of a client does not go to the upstream', async () => {
  await using relay = await startRelay();

  await relay.post('/relay/chat/sse?format=data&token=secret&evil=1').then((response) => response.text());

  expect(relay.model.requests[0]?.path).toBe('/v1/sse');
});

it('a request that is wrong asks no upstream', async () => {
  await using relay = await startRelay();

  for (const query of ['format=xml', 'client=a%20b', 'format=a&format=b'])
    expect((await relay.ask({}, { path: `?${query}` })).status).toBe(400);
  expect((await relay.ask({}, { headers: { 'idempotency-key': 'é' } })).status).toBe(400);
  expect(relay.model.requests).toHaveLength(0);
});

it('an answer that is not stored is not found', async () => {
  await using relay = await startRelay();

  const statusOf = async (channel: string): Promise<number> =>
    (await fetch(`${relay.service.url}/relay?channel=${channel}`)).status;
  expect(await statusOf('relay:never')).toBe(404);
  expect(await statusOf('news')).toBe(400);
});

it('a redirect is not followed', async () => {
  await using relay = await startRelay();
  await using other = await startFakeModel();

  const response = await relay.ask({ redirectTo: `${other.url}/metadata` });

  expect(response.status).toBe(502);
  expect(await response.json()).toMatchObject({
    code: 'upstream_failed',
    detail: expect.stringMatching(/redirect/) as string,
  });
  expect(other.requests).toHaveLength(0);
});

describe('a public name', () => {
  const nameIn = ({ model }: Relay): string => `http://models.example.com:${new URL(model.url).port}/`;

  it.each([['127.0.0.1'], ['169.254.169.254'], ['10.0.0.7'], ['::1'], ['fe80::1'], ['::ffff:127.0.0.1']])(
    'that leads to %s is refused',
    async (address) => {
      await using target = await startRelay();
      await using relay = await startRelay({ RELAY_CHAT: nameIn(target) });
      fakeDns([address]);

      expect((await relay.ask({})).status).toBe(502);
      expect(target.model.requests).toHaveLength(0);
    },
  );

  it('that also leads to a private address is refused', async () => {
    await using target = await startRelay();
    await using relay = await startRelay({ RELAY_CHAT: nameIn(target) });
    fakeDns(['203.0.113.5', '127.0.0.1']);

    expect((await relay.ask({})).status).toBe(502);
    expect(target.model.requests).toHaveLength(0);
  });

  it('that changes its answer is checked for each connection, which goes to the address that was checked', async () => {
    await using target = await startRelay();
    await using relay = await startRelay({ RELAY_CHAT: nameIn(target), RELAY_IDLE_TIMEOUT: '100ms' });
    const lookups = fakeDns(['203.0.113.5'], ['127.0.0.1']);

    expect((await relay.ask({})).status).toBe(502);
    expect(lookups).toHaveBeenCalledTimes(1);
    expect((await relay.ask({})).status).toBe(502);
    expect(lookups).toHaveBeenCalledTimes(2);
    expect(target.model.requests).toHaveLength(0);
  });
});

it('only listed headers reach the upstream, and none of its headers a client', async () => {
  await using relay = await startRelay({
    RELAY_CHAT_HEADERS: '{"Authorization":"Bearer operator-secret"}',
    RELAY_CHAT_FORWARD: 'OpenAI-Organization',
  });

  const response = await relay.ask(
    { words: 2, headers: { 'set-cookie': 'a=b', 'x-upstream': 'secret', location: '/x' } },
    {
      headers: {
        cookie: 'tetracast_token=x',
        'x-forwarded-proto': 'https',
        'x-real-ip-2': '1',
        'idempotency-key': 'k',
        'x-api-key': 'client',
        'openai-organization': 'org',
        accept: 'text/event-stream',
        origin: relay.service.url,
      },
    },
  );
  const text = await response.text();

  const { headers } = await relay.model.request(1);
  expect(Object.keys(headers).sort()).toEqual(
    ['accept', 'accept-encoding', 'authorization', 'connection', 'content-length', 'content-type', 'host']
      .concat('openai-organization')
      .sort(),
  );
  expect(headers.authorization).toBe('Bearer operator-secret');
  expect(headers['accept-encoding']).toBe('identity');
  expect(text + JSON.stringify([...response.headers])).not.toMatch(/operator-secret|x-upstream|set-cookie/);
});

it.each([
  ['a page', { contentType: 'text/html' }],
  ['a picture', { contentType: 'image/png' }],
  ['nothing', { contentType: '' }],
  ['a compressed text', { headers: { 'content-encoding': 'gzip' } }],
])('%s is no answer', async (_what, fake) => {
  await using relay = await startRelay();

  const response = await relay.ask(fake);

  expect(response.status).toBe(502);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
});

it('an error that is no JSON is not passed on', async () => {
  await using relay = await startRelay();

  const page = await relay.ask({ status: 500, body: '<script>', headers: { 'content-type': 'text/html' } });
  const broken = await relay.ask({ status: 500, body: '<script>' });

  for (const response of [page, broken]) {
    expect(response.status).toBe(502);
    expect(await response.text()).not.toMatch(/script/);
  }
});

it('half a character is not stored', async () => {
  await using relay = await startRelay();

  const { end } = joined(
    await messagesIn(await relay.ask({ pieces: ['ok ', '🙂'], chunkBytes: 5, failAfterWords: 1 })),
  );

  expect(end).toMatchObject({ state: 'failed', code: 'upstream_cut', length: 3 });
});
