import { fakeText } from '@tetracast/testing';
import { AUTH_SECRET, joined, messagesIn, type Relay, startRelay, tokenFor } from './start-relay';

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

async function askAs(relay: Relay, token: string, headers: Record<string, string> = {}): Promise<Response> {
  return relay.ask({ words: 3 }, { headers: { ...bearer(token), ...headers } });
}

describe('without keys', () => {
  it.each([
    ['through a proxy', { 'x-forwarded-for': '203.0.113.9' }],
    ['through another proxy', { forwarded: 'for=203.0.113.9' }],
  ])('a request %s is refused', async (_how, headers) => {
    await using relay = await startRelay();

    const response = await relay.ask({}, { headers });

    expect(response.status).toBe(401);
    expect(relay.model.requests).toHaveLength(0);
  });

  it('a service that other machines reach refuses all', async () => {
    await using relay = await startRelay({ HOST: '0.0.0.0', ACCESS: 'open' });

    expect((await relay.ask({})).status).toBe(401);
    expect(relay.model.requests).toHaveLength(0);
  });
});

describe('with keys', () => {
  it('only a token that names the relay may use it', async () => {
    await using relay = await startRelay({ AUTH_SECRET, PUBLIC_PUBLISH: '*', PUBLIC_SUBSCRIBE: '*' });

    const statuses = [
      (await relay.ask({})).status,
      (await askAs(relay, await tokenFor({ publish: ['*'], subscribe: ['*'], admin: true }))).status,
      (await askAs(relay, await tokenFor({ relay: ['other'] }))).status,
      (await askAs(relay, await tokenFor({ relay: ['*'] }))).status,
      (await askAs(relay, await tokenFor({ relay: ['chat'] }))).status,
    ];

    expect(statuses).toEqual([401, 403, 403, 200, 200]);
    expect(relay.model.requests).toHaveLength(2);
  });

  it('does not say which relays there are to a client that may not use them', async () => {
    await using relay = await startRelay({ AUTH_SECRET });
    const headers = bearer(await tokenFor({ relay: ['other'] }));

    const [known, unknown] = [await relay.post('/relay/chat', { headers }), await relay.post('/relay/no', { headers })];

    expect([known.status, unknown.status]).toEqual([403, 403]);
  });

  it('the ticket reads, follows and cancels its answer, and nothing else', async () => {
    await using relay = await startRelay({ AUTH_SECRET });
    const token = await tokenFor({ relay: ['chat'] }, 'ann');
    const [one, other] = [
      await relay.ask({ words: 9, hangAfterWords: 2 }, { headers: bearer(token) }),
      await relay.ask({ words: 9 }, { headers: bearer(token) }),
    ];
    const [channel = '', otherChannel = ''] = [one, other].map((each) => each.headers.get('tetracast-channel') ?? '');
    const headers = bearer(one.headers.get('tetracast-ticket') ?? '');
    const read = (name: string): Promise<Response> => fetch(`${relay.service.url}/relay?channel=${name}`, { headers });
    const cancel = (name: string): Promise<Response> =>
      relay.post(`/channels/${encodeURIComponent(name)}/cancel`, { headers });

    expect((await read(otherChannel)).status).toBe(403);
    expect((await cancel(otherChannel)).status).toBe(403);
    expect((await relay.post('/relay/chat', { headers })).status).toBe(403);
    expect((await relay.post('/relay/chat', { headers: bearer('x'.repeat(43)) })).status).toBe(401);
    const reading = await read(channel);
    expect((await cancel(channel)).status).toBe(201);
    expect(await reading.text()).toBe(fakeText({ words: 9 }).split(' ').slice(0, 2).join(' ') + ' ');
    expect(joined(await messagesIn(one)).end).toMatchObject({ state: 'cancelled', user: 'ann' });
  });

  it('the ticket ends with the token that it came from', async () => {
    await using relay = await startRelay({ AUTH_SECRET });
    const response = await askAs(relay, await tokenFor({ relay: ['chat'] }, 'ann'));
    const channel = response.headers.get('tetracast-channel') ?? '';
    await response.text();
    const admin = bearer(await tokenFor({ admin: true }));

    await relay.post('/revocations', {
      headers: { ...admin, 'content-type': 'application/json' },
      body: JSON.stringify({ sub: 'ann' }),
    });

    const headers = bearer(response.headers.get('tetracast-ticket') ?? '');
    expect((await fetch(`${relay.service.url}/relay?channel=${channel}`, { headers })).status).toBe(401);
  });

  it('an idempotency key belongs to one user', async () => {
    await using relay = await startRelay({ AUTH_SECRET });
    const once = { 'idempotency-key': 'once' };
    const [ann, bob] = await Promise.all(['ann', 'bob'].map((user) => tokenFor({ relay: ['chat'] }, user)));

    const channels = [];
    for (const token of [ann, ann, bob])
      channels.push((await askAs(relay, token ?? '', once)).headers.get('tetracast-channel'));

    expect(channels[1]).toBe(channels[0]);
    expect(channels[2]).not.toBe(channels[0]);
    expect(relay.model.requests).toHaveLength(2);
  });

  it('a page needs its very origin in the list', async () => {
    const origins = 'https://*.example.com,https://app.example.org';
    await using relay = await startRelay({ AUTH_SECRET, ALLOWED_ORIGINS: origins });
    const token = await tokenFor({ relay: ['chat'] });

    const refused = await askAs(relay, token, { origin: 'https://a.example.com' });
    const allowed = await askAs(relay, token, { origin: 'https://app.example.org' });

    expect([refused.status, allowed.status]).toEqual([403, 200]);
    expect(allowed.headers.get('access-control-expose-headers')).toMatch(/Tetracast-Channel, Tetracast-Ticket/);
    expect(relay.model.requests).toHaveLength(1);
  });
});

describe('limits', () => {
  it('a user has only so many answers at a time', async () => {
    await using relay = await startRelay({ AUTH_SECRET, RELAY_AT_ONCE: '3/1' });
    const [ann, bob, cid, dan] = await Promise.all(
      ['ann', 'bob', 'cid', 'dan'].map(async (user) => bearer(await tokenFor({ relay: ['chat'] }, user))),
    );
    const ask = (headers = {}): Promise<Response> => relay.ask({ words: 5, hangAfterWords: 1 }, { headers });

    const first = await ask(ann);
    const statuses = [await ask(ann), await ask(bob), await ask(cid), await ask(dan)].map(({ status }) => status);

    // The address is full after three.
    expect(statuses).toEqual([429, 200, 200, 429]);
    const channel = encodeURIComponent(first.headers.get('tetracast-channel') ?? '');
    await relay.post(`/channels/${channel}/cancel`, { headers: bearer(first.headers.get('tetracast-ticket') ?? '') });
    await first.text();
    expect((await ask(ann)).status).toBe(200);
  });

  it('a user has only so many answers a day', async () => {
    await using relay = await startRelay({ AUTH_SECRET, RELAY_DAILY: '0/2' });
    const token = await tokenFor({ relay: ['chat'] }, 'ann');

    const statuses = [];
    for (let count = 0; count < 3; count++) statuses.push((await askAs(relay, token)).status);

    expect(statuses).toEqual([200, 200, 429]);
    expect((await askAs(relay, await tokenFor({ relay: ['chat'] }, 'bob'))).status).toBe(200);
  });

  it('an answer has only so many bytes, and a request too', async () => {
    await using relay = await startRelay({ MAX_RELAY_BYTES: '1KiB', MAX_BATCH_BYTES: '4KiB' });

    const { end } = joined(await messagesIn(await relay.ask({ words: 1000 })));

    expect(end).toMatchObject({ state: 'failed', code: 'upstream_too_large' });
    expect((await relay.post('/relay/chat', { body: 'x'.repeat(5000) })).status).toBe(413);
    expect(relay.model.requests).toHaveLength(1);
  });

  it('an answer has only so much time', async () => {
    await using relay = await startRelay({ RELAY_TIMEOUT: '1s', RELAY_IDLE_TIMEOUT: '10m' });

    const { end } = joined(await messagesIn(await relay.ask({ hangAfterWords: 3 })));

    expect(end).toMatchObject({ state: 'failed', code: 'upstream_timeout' });
  });
});
