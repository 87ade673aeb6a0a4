import { openWebSocketWire } from '@tetracast/testing';
import { type Act, attempt } from './attempt';
import { type Carried, PLAIN, TRANSPORTS } from './carriers';
import { type Standalone, startStandalone } from './start-standalone';
import { ACCESS_ENV, mint } from './tokens';

const CHANNELS = ['news', 'chat:a', 'chat:b', 'chats', 'inbox', 'user:ann', 'user:bob', 'user:ann:x'];

let service: Standalone;

beforeAll(async () => {
  service = await startStandalone({ ...ACCESS_ENV, PUBLIC_SUBSCRIBE: 'news, chat:*', PUBLIC_PUBLISH: 'inbox' });
  for (const channel of CHANNELS) await service.store(channel, `what is in ${channel};`);
});

afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const nobody: Carried = {};
const subscribeTo = (channel: string): Act => ({
  kind: 'subscribe',
  channel,
  start: { after: 'earliest' },
  until: `what is in ${channel};`,
});
const publishTo = (channel: string): Act => ({ kind: 'publish', channel, data: 'x' });

/** What carries a token on each transport alike. */
const carried = async (claims: object): Promise<Carried> => ({ query: `token=${await mint({ ...claims })}` });

describe.each(TRANSPORTS)('%s, without a token', (transport) => {
  it.each(['news', 'chat:a', 'chat:b'])('gets what is public: %s', async (channel) => {
    expect(await attempt(service.url, transport, nobody, subscribeTo(channel))).toMatchObject({
      code: 'ok',
      bytes: expect.stringContaining(`what is in ${channel};`) as string,
    });
  });

  it('publishes where everybody may, and nowhere else', async () => {
    // One that publishes only where it is subscribed needs both.
    const code = transport === PLAIN ? 'unauthorized' : 'ok';
    expect(await attempt(service.url, transport, nobody, publishTo('inbox'))).toMatchObject({ code });
    const before = await service.stored();
    for (const channel of ['news', 'chats', 'inboxes']) {
      expect(await attempt(service.url, transport, nobody, publishTo(channel))).toMatchObject({ code: 'unauthorized' });
    }
    expect(await service.stored()).toBe(before);
  });
});

describe.each(TRANSPORTS.filter((transport) => transport !== 'websocket'))('%s, without a token', (transport) => {
  it.each(['chats', 'inbox', 'user:ann', ...(transport === PLAIN ? [] : ['news,chats'])])(
    'is refused what is not public: %s',
    async (channel) => {
      const { code, bytes } = await attempt(service.url, transport, nobody, subscribeTo(channel));
      expect([code, bytes.includes('what is in')]).toEqual(['unauthorized', false]);
    },
  );
});

describe('a WebSocket without a token', () => {
  it.each(['chats', 'inbox', 'user:ann', 'news,chats'])('waits for one for what is not public: %s', async (channel) => {
    await using wire = await openWebSocketWire(`${service.url}/ws?channel=${channel}&after=earliest`);
    wire.send({ type: 'subscribe', channels: ['news'], after: 'earliest', ref: 1 });
    expect(await wire.next()).toMatchObject({ type: 'error', ref: 1, code: 'unauthorized' });
    wire.send({ type: 'ping' });
    expect(await wire.next()).toMatchObject({ type: 'pong' });
  });

  it('is refused to subscribe to more than what is public, and keeps that', async () => {
    await using wire = await openWebSocketWire(`${service.url}/ws?channel=news`);
    await wire.nextOf('subscribed');
    wire.send({ type: 'subscribe', channels: ['chat:a', 'chats'], after: 'earliest', ref: 1 });
    expect(await wire.next()).toMatchObject({ type: 'error', ref: 1, code: 'unauthorized' });
    wire.send({ type: 'subscribe', channels: ['chat:a'], after: 'earliest', ref: 2 });
    expect(await wire.nextOf('message')).toMatchObject({ channel: 'chat:a' });
  });
});

describe.each(TRANSPORTS)('%s, with a pattern of the subject', (transport) => {
  const tetracast = { subscribe: ['user:{sub}'], publish: ['user:{sub}'] };

  it('is let into its own channel, and into no other', async () => {
    const ann = await carried({ sub: 'ann', tetracast });
    expect(await attempt(service.url, transport, ann, subscribeTo('user:ann'))).toMatchObject({ code: 'ok' });
    for (const channel of ['user:bob', 'user:ann:x']) {
      const { code, bytes } = await attempt(service.url, transport, ann, subscribeTo(channel));
      expect([code, bytes.includes('what is in')]).toEqual(['forbidden', false]);
      expect(await attempt(service.url, transport, ann, publishTo(channel))).toMatchObject({ code: 'forbidden' });
    }
  });

  it.each(['*', 'ann:x', '{sub}', '$&', undefined])('is let in nowhere as "%s"', async (sub) => {
    const someone = await carried({ sub, tetracast });
    for (const channel of ['user:ann', 'user:bob', 'user:ann:x']) {
      expect(await attempt(service.url, transport, someone, publishTo(channel))).toMatchObject({ code: 'forbidden' });
    }
  });
});

describe.each(TRANSPORTS)('%s, with a token for everything', (transport) => {
  it.each(['$access:revoked', '$renewed'])("is not let into the gateway's own %s", async (channel) => {
    const all = await carried({ tetracast: { subscribe: ['*'], publish: ['*'], admin: true } });
    const code = transport === PLAIN ? 'closed with 4000' : 'invalid_channel';
    const before = await service.stored();
    for (const act of [subscribeTo(channel), publishTo(channel)]) {
      expect(await attempt(service.url, transport, all, act)).toMatchObject({ code });
    }
    expect(await service.stored()).toBe(before);
  });

  it.each([['$access:*'], ['$renewed'], ['a b']])('is refused when %s stands in it', async (pattern) => {
    const token = await carried({ tetracast: { subscribe: [pattern] } });
    expect(await attempt(service.url, transport, token, publishTo('news'))).toMatchObject({ code: 'unauthorized' });
  });
});
