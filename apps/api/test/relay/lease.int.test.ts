import { RedisBus } from '@tetracast/bus';
import { fakeText, type RedisServer, startRedis } from '@tetracast/testing';
import { joined, messagesIn, type Relay, startRelay } from './start-relay';

/** So short that the tests wait for it. */
const FIXED = { relayLeaseMs: 300 };

let redis: RedisServer;

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(() => redis[Symbol.asyncDispose]());

const start = (): Promise<Relay> => startRelay({ BUS_URL: redis.url, DRAIN_TIMEOUT: '0s' }, { fixed: FIXED });

/** The bus of another process. */
const connect = (): RedisBus => new RedisBus(redis.url, { retention: { size: 1000, ttlMs: 600_000 } });

const follow = (relay: Relay, channel: string): Promise<Response> =>
  fetch(`${relay.service.url}/relay?channel=${channel}`);

it('a process that dies leaves its answer to another one, which ends it once with the reason', async () => {
  const dead = connect();
  const channel = 'relay:of-a-dead-process';
  await dead.admitRelay({ channel, leaseMs: 100, owners: [], keyTtlMs: 60_000 });
  const head = JSON.stringify({ relay: 'chat', contentType: 'text/event-stream' });
  await dead.append({ channel, event: 'tetracast:relay', data: head, echo: true });
  await dead.append({ channel, event: 'message', data: '"data: half\\n\\n"', echo: true });

  await using one = await start();
  await using two = await start();
  const bodies = await Promise.all([one, two].map(async (relay) => (await follow(relay, channel)).text()));

  const page = await dead.read(channel, { kind: 'after', seq: 0, limit: 10, bytes: 1e6 });
  expect(page.entries.map(({ event }) => event)).toEqual(['tetracast:relay', 'message', 'tetracast:end']);
  expect(JSON.parse(page.entries[2]?.data ?? '')).toMatchObject({ state: 'failed', code: 'relay_lost' });
  for (const body of bodies) expect(body).toMatch(/^data: half\n\nevent: error\ndata: \{"error":\{"code":"relay_lost"/);
  await dead.close();
});

it('an answer with an end that was never released does not keep the ends of others', async () => {
  const dead = connect();
  const [ended, lost] = ['relay:ended-not-released', 'relay:without-end'];
  await dead.append({ channel: ended, event: 'tetracast:end', data: '{"state":"done"}', echo: true, ends: true });
  await dead.admitRelay({ channel: ended, leaseMs: 1, owners: [], keyTtlMs: 60_000 });
  await dead.admitRelay({ channel: lost, leaseMs: 10, owners: [], keyTtlMs: 60_000 });
  const head = JSON.stringify({ relay: 'chat', contentType: 'text/plain' });
  await dead.append({ channel: lost, event: 'tetracast:relay', data: head, echo: true });

  await using relay = await start();
  await follow(relay, lost).then((response) => response.text().catch(() => ''));

  const page = await dead.read(lost, { kind: 'after', seq: 0, limit: 10, bytes: 1e6 });
  expect(page.entries.map(({ event }) => event)).toEqual(['tetracast:relay', 'tetracast:end']);
  await dead.close();
});

it('a process whose lease is gone stops its upstream, and ends the answer unless another one has', async () => {
  const other = connect();
  await using relay = await start();
  const response = await relay.ask({ words: 9, hangAfterWords: 2 });
  const channel = response.headers.get('tetracast-channel') ?? '';

  const taken = await relay.ask({ words: 9, hangAfterWords: 2 });
  const takenChannel = taken.headers.get('tetracast-channel') ?? '';

  const end = { channel: takenChannel, event: 'tetracast:end', data: '{"state":"done"}', echo: true, ends: true };
  await other.append(end);
  for (const each of [channel, takenChannel]) await other.releaseRelay(each);

  expect(joined(await messagesIn(response)).end).toMatchObject({ state: 'failed', code: 'relay_lost' });
  expect(joined(await messagesIn(taken)).end).toEqual({ state: 'done' });
  for (const request of relay.model.requests) {
    await request.ended;
    expect(request.aborted).toBe(true);
  }
  await other.close();
});

it('two processes answer the same idempotency key with one answer', async () => {
  await using one = await start();
  await using two = await start();
  const headers = { 'idempotency-key': 'both' };
  const fake = { words: 20, wordsPerSecond: 200 };

  const responses = await Promise.all([one, two].map((relay) => relay.ask(fake, { headers })));
  const texts = await Promise.all(responses.map(async (response) => joined(await messagesIn(response)).text));

  expect(texts).toEqual([fakeText(fake), fakeText(fake)]);
  expect(one.model.requests.length + two.model.requests.length).toBe(1);
});

it('an answer goes on while Redis is away for a short time, and none of it comes twice', async () => {
  await using durable = await startRedis({ appendOnly: true });
  await using relay = await startRelay({ BUS_URL: durable.url, DRAIN_TIMEOUT: '0s' });
  const fake = { words: 60, wordsPerSecond: 60 };
  const response = await relay.ask(fake);
  const channel = response.headers.get('tetracast-channel') ?? '';

  await durable.restart();
  await response.text().catch(() => undefined);
  const answer = await follow(relay, channel);

  expect(await answer.text()).toBe(fakeText(fake));
});
