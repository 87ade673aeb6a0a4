import { openWebSocketWire } from '@tetracast/testing';
import { io } from 'socket.io-client';
import { bearer } from './renewal';
import { type Standalone, startStandalone } from './start-standalone';
import { ACCESS_ENV, mint } from './tokens';

const start = (env: Readonly<Record<string, string>>): Promise<Standalone> =>
  startStandalone({ ...ACCESS_ENV, ...env });

const ask = async (service: Standalone, path: string, token: string, init: RequestInit = {}): Promise<Response> =>
  fetch(service.url + path, { headers: bearer(token), ...init });

const publish = async (service: Standalone, token: string): Promise<number> => {
  const body = new URLSearchParams({ channel: 'news', data: 'x' });
  return (await ask(service, '/polling', token, { method: 'POST', body })).status;
};

describe('a user who has MAX_CONNECTIONS_PER_USER connections', () => {
  it('gets no other on any transport, and somebody else does, until one of them ends', async () => {
    await using service = await start({ MAX_CONNECTIONS_PER_USER: '1' });
    const [ann, ben] = [await mint({ sub: 'ann' }), await mint({ sub: 'ben' })];
    const ws = (token: string): ReturnType<typeof openWebSocketWire> =>
      openWebSocketWire(`${service.url}/ws?channel=news&token=${token}`);
    const first = await ws(ann);
    await first.nextOf('welcome');

    await using second = await ws(ann);
    expect(await second.next()).toMatchObject({ type: 'error', code: 'rate_limited' });
    expect(await second.closed).toMatchObject({ code: 4100 });
    const poll = await ask(service, '/polling?channel=news&wait=5', ann);
    expect([poll.status, poll.headers.has('retry-after')]).toEqual([429, true]);
    const stream = await ask(service, '/sse?channel=news', ann);
    expect(stream.status).toBe(200);
    expect(await stream.text()).toMatch(/^retry: \d+\n\n$/);
    const client = io(service.url, { auth: { token: ann, channels: ['news'] }, forceNew: true, reconnection: false });
    await new Promise((resolve) => client.io.once('close', resolve));
    expect(client.connected).toBe(false);

    await using other = await ws(ben);
    await other.nextOf('welcome');
    await first.close();
    while (service.app.tetracast.hub.stats.connections > 1) await new Promise(setImmediate);
    await using again = await ws(ann);
    await again.nextOf('welcome');
  });

  it('cannot become one by a token that comes later, either', async () => {
    await using service = await start({ MAX_CONNECTIONS_PER_USER: '1', PUBLIC_SUBSCRIBE: 'news' });
    const token = await mint();
    await using first = await openWebSocketWire(`${service.url}/ws?token=${token}`);
    await first.nextOf('welcome');
    await using second = await openWebSocketWire(`${service.url}/ws?channel=news`);
    await second.nextOf('subscribed');

    second.send({ type: 'auth', token, ref: 1 });

    expect(await second.nextOf('error')).toMatchObject({ ref: 1, code: 'rate_limited' });
    // And has none of what the token would have allowed.
    second.send({ type: 'publish', channel: 'news', data: 'x', ref: 2 });
    expect(await second.nextOf('error')).toMatchObject({ ref: 2, code: 'unauthorized' });
  });
});

describe('the rate of a user', () => {
  it('of publishing is one over HTTP and a WebSocket, and leaves others alone', async () => {
    await using service = await start({ PUBLISH_RATE_PER_USER: '1' });
    const [ann, ben] = [await mint({ sub: 'ann' }), await mint({ sub: 'ben' })];
    await using wire = await openWebSocketWire(`${service.url}/ws?token=${ann}`);
    await wire.nextOf('welcome');
    const send = async (ref: number): Promise<string> => {
      wire.send({ type: 'publish', channel: 'news', data: 'x', ref });
      return (await wire.next()).type;
    };

    const answers = [await publish(service, ann), await send(1), await publish(service, ann), await send(2)];

    // Two may come at once, and perhaps a third while they do.
    expect(answers.slice(0, 2)).toEqual([201, 'ack']);
    expect(answers.slice(2).some((answer) => answer === 429 || answer === 'error')).toBe(true);
    expect(await publish(service, ben)).toBe(201);
  });

  it('of polling is refused with 429', async () => {
    await using service = await start({ POLL_RATE_PER_USER: '1' });
    const [ann, ben] = [await mint({ sub: 'ann' }), await mint({ sub: 'ben' })];
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++) statuses.push((await ask(service, '/polling?channel=news', ann)).status);

    expect(statuses.slice(0, 2)).toEqual([200, 200]);
    expect(statuses).toContain(429);
    expect((await ask(service, '/polling?channel=news', ben)).status).toBe(200);
  });
});
