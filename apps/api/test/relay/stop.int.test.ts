import { FaultyBus } from '@tetracast/bus/testing';
import { fakeText } from '@tetracast/testing';
import { messagesOf, startRelay } from './start-relay';

async function lastDataOn(bus: FaultyBus, channel: string): Promise<unknown> {
  const { entries } = await bus.read(channel, { kind: 'after', seq: 0, limit: 1000, bytes: 1e6 });
  return JSON.parse(entries.at(-1)?.data ?? 'null');
}

function survivingBus(): FaultyBus {
  const bus = new FaultyBus();
  bus.survivesClose = true;
  return bus;
}

it('a service that stops lets its answers end, and takes no new ones', async () => {
  const bus = survivingBus();
  await using relay = await startRelay({ DRAIN_TIMEOUT: '5m' }, { bus });
  const response = await relay.ask({ words: 40, wordsPerSecond: 100 });
  const channel = response.headers.get('tetracast-channel') ?? '';
  void response.text().catch(() => undefined);

  await relay.service.close();

  const text = fakeText({ words: 40 });
  expect(await lastDataOn(bus, channel)).toEqual({ state: 'done', length: text.length });
});

it('an answer that does not end in time gets an end that says so', async () => {
  const bus = survivingBus();
  await using relay = await startRelay({ DRAIN_TIMEOUT: '100ms' }, { bus });
  const response = await relay.ask({ words: 40, hangAfterWords: 3 });
  const channel = response.headers.get('tetracast-channel') ?? '';
  void response.text().catch(() => undefined);

  await relay.service.close();

  expect(await lastDataOn(bus, channel)).toMatchObject({ state: 'failed', code: 'relay_stopped' });
  expect(relay.model.requests[0]?.aborted).toBe(true);
});

it('a request whose client is gone before it learned the channel is stopped, unless it can ask again', async () => {
  await using relay = await startRelay();
  const leaving = new AbortController();
  const asked = relay.ask({ hangAfterWords: 0 }, { signal: leaving.signal }).catch(() => undefined);
  const kept = relay.ask(
    { words: 3, hangAfterWords: 0 },
    { signal: leaving.signal, headers: { 'idempotency-key': 'kept' } },
  );
  kept.catch(() => undefined);
  const [first] = [await relay.model.request(1), await relay.model.request(2)];
  leaving.abort();
  await asked;

  const alone = relay.model.requests.find(({ body }) => !body.includes('words')) ?? first;
  await alone.ended;
  expect(alone.aborted).toBe(true);
  expect(relay.model.requests.filter(({ aborted }) => aborted)).toEqual([alone]);
});

it('an answer whose message log was lost ends with the reason, and its upstream stops', async () => {
  const bus = survivingBus();
  // So long that the lease, which is lost as well, does not end it.
  await using relay = await startRelay({}, { bus, fixed: { relayLeaseMs: 600_000 } });
  const response = await relay.ask({ words: 2000, wordsPerSecond: 100 });

  await bus.replace();

  expect(messagesOf(await response.text()).at(-1)?.data).toMatchObject({ state: 'failed', code: 'relay_lost' });
  const request = await relay.model.request(1);
  await request.ended;
  expect(request.aborted).toBe(true);
});
