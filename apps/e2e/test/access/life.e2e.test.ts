import { nextBlock, openSseStream, openWebSocketWire, type SseStream } from '@tetracast/testing';
import { makeTimeSkippable } from '@tetracast/testing/clocks';
import { requestTicket } from './attempts/http-attempt';
import { bearer, LIFE_ENV, renewByName } from './renewal';
import { type Standalone, startStandalone } from './start-standalone';
import { expireShortLived, mint, mintShortLived, nowS, soonS } from './tokens';

let service: Standalone;

beforeAll(async () => {
  makeTimeSkippable();
  service = await startStandalone(LIFE_ENV);
});

afterAll(async () => {
  await service[Symbol.asyncDispose]();
  jest.useRealTimers();
});

/** Resolves when all short-lived tokens have expired and their connections have ended, as one with a later token shows. */
async function untilExpired(): Promise<void> {
  const wire = await openWebSocketWire(`${service.url}/ws?channel=news&token=${await mintShortLived()}`);
  await wire.nextOf('welcome');
  expireShortLived();
  expect(await wire.closed).toMatchObject({ code: 4102 });
}

const streamFor = (token: string, more = ''): Promise<SseStream> =>
  openSseStream(`${service.url}/sse?channel=news${more}`, bearer(token));

/** The next message or notice of a stream. */
async function nextData(stream: SseStream): Promise<{ event: string; data: Record<string, unknown> }> {
  for (;;) {
    const { event = 'message', data } = await nextBlock(stream);
    if (data !== undefined) return { event, data: JSON.parse(data) as Record<string, unknown> };
  }
}

describe('a WebSocket', () => {
  const open = async (token: string) => openWebSocketWire(`${service.url}/ws?channel=news&token=${token}`);

  it('gets a notice before its token expires, and then a close that asks for another token', async () => {
    const exp = soonS();
    await using wire = await open(await mint({ exp }));
    const { connection } = await wire.nextOf('welcome');

    expect(await wire.nextOf('token_expiring')).toEqual({ type: 'token_expiring', connection, expiresAt: exp * 1000 });
    expireShortLived();
    expect(await wire.closed).toMatchObject({ code: 4102 });
  });

  it('goes on beyond that with a new token', async () => {
    await using wire = await open(await mintShortLived());
    const { connection } = await wire.nextOf('welcome');
    const exp = nowS() + 60;
    wire.send({ type: 'auth', token: await mint({ exp }), ref: 1 });
    const answer = { type: 'authenticated', ref: 1, connection, user: 'ann', expiresAt: exp * 1000 };
    expect(await wire.nextOf('authenticated')).toEqual(answer);
    await untilExpired();
    await service.store('news', 'after');

    expect(await wire.nextOf('message')).toMatchObject({ data: 'after' });
  });

  it.each([
    ['of another subject', { sub: 'bob' }, 'forbidden'],
    ['without the channel it has', { tetracast: { subscribe: ['other'] } }, 'forbidden'],
    ['that has expired', { exp: 1 }, 'unauthorized'],
  ])('refuses a new one %s, and keeps the old one', async (_, claims, code) => {
    await using wire = await open(await mintShortLived());
    await wire.nextOf('welcome');
    wire.send({ type: 'auth', token: await mint(claims), ref: 1 });
    expect(await wire.nextOf('error')).toMatchObject({ ref: 1, code });
    wire.send({ type: 'publish', channel: 'news', data: 1, ref: 2 });
    expect(await wire.nextOf('ack')).toMatchObject({ ref: 2 });

    expireShortLived();
    expect(await wire.closed).toMatchObject({ code: 4102 });
  });

  it('without a token is closed when none arrives', async () => {
    await using own = await startStandalone(LIFE_ENV, { authTimeoutMs: 100 });
    await using wire = await openWebSocketWire(`${own.url}/ws?channel=news`);

    expect(await wire.closed).toMatchObject({ code: 4001 });
    expect(wire.frames).toEqual([]);
  });
});

describe('an event stream', () => {
  it('gets a notice before its token expires, ends, and is refused with that token', async () => {
    const exp = soonS();
    const token = await mint({ exp });
    const stream = await streamFor(token);
    const { event, data } = await nextData(stream);
    expect([event, data['expiresAt']]).toEqual(['tetracast:token_expiring', exp * 1000]);
    expireShortLived();
    await expect(nextData(stream)).rejects.toThrow('event stream: ended');

    await expect(streamFor(token)).rejects.toMatchObject({ status: 401, code: 'unauthorized' });
  });

  it.each(['the connection', 'the client key'])('goes on beyond that with a new token sent for %s', async (name) => {
    const stream = await streamFor(await mintShortLived(), '&client=key-of-ann');
    const { connection } = (await nextData(stream)).data as { connection: string };
    const exp = nowS() + 60;
    const known = name === 'the connection' ? connection : 'key-of-ann';
    const answer = await renewByName(service.url, known, await mint({ exp }));
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { connection: known, user: 'ann', expiresAt: exp * 1000 },
    ]);
    expect(await nextData(stream)).toEqual({
      event: 'tetracast:authenticated',
      data: { connection, user: 'ann', expiresAt: exp * 1000 },
    });
    await untilExpired();
    await service.store('news', 'after');

    while ((await nextData(stream)).data['data'] !== 'after');
    stream.close();
  });

  it('by a ticket comes back with it as long as its newest token lives', async () => {
    const issued = await requestTicket(service.url, await mintShortLived(), 'news');
    const { ticket } = (await issued.json()) as { ticket: string };
    const again = (): Promise<SseStream> => openSseStream(`${service.url}/sse?channel=news&ticket=${ticket}`);
    const stream = await again();
    const { connection } = (await nextData(stream)).data as { connection: string };
    await renewByName(service.url, connection, await mint());
    expect(await nextData(stream)).toMatchObject({ event: 'tetracast:authenticated' });
    stream.close();
    await untilExpired();

    const back = await again();
    await service.store('news', 'back');
    while ((await nextData(back)).data['data'] !== 'back');
    back.close();
  });

  it('by a ticket is opened until "useBefore"', async () => {
    await using patient = await startStandalone(LIFE_ENV, { ticketUnusedMs: 1_800_000 });
    const token = await mint({ exp: nowS() + 7200 });
    const before = Date.now();
    const issued = await requestTicket(patient.url, token, 'news');
    const { useBefore } = (await issued.json()) as { useBefore: number };

    expect(useBefore).toBeGreaterThanOrEqual(before + 1_800_000);
    expect(useBefore).toBeLessThanOrEqual(Date.now() + 1_800_000);
  });

  it('by a ticket is refused once its token has expired', async () => {
    const issued = await requestTicket(service.url, await mintShortLived(), 'news');
    const { ticket } = (await issued.json()) as { ticket: string };
    const again = (): Promise<SseStream> => openSseStream(`${service.url}/sse?channel=news&ticket=${ticket}`);
    const stream = await again();
    await nextData(stream);
    expireShortLived();
    await expect(nextData(stream)).rejects.toThrow('event stream: ended');

    await expect(again()).rejects.toMatchObject({ status: 401, code: 'unauthorized' });
  });

  it.each([
    ['of another subject', { sub: 'bob' }, 403],
    ['without the channel it has', { tetracast: { subscribe: ['other'] } }, 403],
    ['that has expired', { exp: 1 }, 401],
  ])('refuses a new one %s', async (_, claims, status) => {
    const stream = await streamFor(await mintShortLived());
    const { connection } = (await nextData(stream)).data as { connection: string };

    expect((await renewByName(service.url, connection, await mint(claims))).status).toBe(status);
    expireShortLived();
    await expect(nextData(stream)).rejects.toThrow('event stream: ended');
  });
});

describe('a poll that waits', () => {
  const poll = (token: string, more = ''): Promise<Response> =>
    fetch(`${service.url}/polling?channel=news&wait=55${more}`, { headers: bearer(token) });

  /** Resolves once the poll with this client key waits: until then the server answers 202, as nothing waits for a token. */
  async function untilWaiting(key: string, token: string): Promise<void> {
    while ((await renewByName(service.url, key, token)).status !== 200);
  }

  it('is answered when its token expires, and the next one is refused', async () => {
    const token = await mintShortLived();
    const waiting = poll(token, '&client=waiting');
    await untilWaiting('waiting', token);
    expireShortLived();
    const answer = await waiting;

    expect([answer.status, await answer.json()]).toMatchObject([200, { messages: [] }]);
    expect((await poll(token)).status).toBe(401);
  });

  it('goes on beyond that with a new token sent for its client key', async () => {
    const waiting = poll(await mintShortLived(), '&client=poller');
    await untilWaiting('poller', await mint());
    await untilExpired();
    await service.store('news', 'after');

    expect(await (await waiting).json()).toMatchObject({ messages: [{ data: 'after' }] });
  });
});

describe('a connection with the client key of another user', () => {
  it('does not get the token that is sent for that key', async () => {
    await using squatter = await openWebSocketWire(`${service.url}/ws?client=key-of-bob`);
    squatter.send({ type: 'ping' });
    await squatter.nextOf('pong');
    const stream = await streamFor(await mint({ sub: 'bob' }), '&client=key-of-bob');
    await nextData(stream);
    expect((await renewByName(service.url, 'key-of-bob', await mint({ sub: 'bob' }))).status).toBe(200);
    squatter.send({ type: 'publish', channel: 'news', data: 'as bob' });

    expect(await squatter.next()).toMatchObject({ type: 'error', code: 'unauthorized' });
    stream.close();
  });
});
