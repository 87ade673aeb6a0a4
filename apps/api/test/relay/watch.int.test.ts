import { BusUnavailableError } from '@tetracast/bus';
import { FaultyBus } from '@tetracast/bus/testing';
import { fakeText, pollUntil } from '@tetracast/testing';
import { joined, messagesIn, startRelay } from './start-relay';

const BROKEN = new BusUnavailableError('the connection broke');

it('an answer is whole for who asks again with the same key if its channel could not be subscribed to at first', async () => {
  const bus = new FaultyBus();
  await using relay = await startRelay({}, { bus });
  const headers = { 'idempotency-key': 'again' };
  const fake = { words: 20, wordsPerSecond: 200 };
  // Neither by the relay nor for the client.
  jest.spyOn(bus, 'subscribe').mockRejectedValueOnce(BROKEN).mockRejectedValueOnce(BROKEN);

  const first = await relay.ask(fake, { headers });
  const again = await relay.ask(fake, { headers });

  expect(first.status).toBe(503);
  const text = fakeText(fake);
  expect(joined(await messagesIn(again))).toEqual({ text, end: { state: 'done', length: text.length } });
  expect(relay.model.requests).toHaveLength(1);
});

it('a service that stops does not wait for a channel that cannot be subscribed to', async () => {
  const bus = new FaultyBus();
  await using relay = await startRelay({ DRAIN_TIMEOUT: '0s' }, { bus });
  jest.spyOn(bus, 'subscribe').mockRejectedValue(BROKEN);

  await relay.ask({ words: 9, hangAfterWords: 2 }, { headers: { 'idempotency-key': 'kept' } });
  await pollUntil(
    () => relay.model.requests.length,
    (asked) => asked === 1,
  );
  await relay.service.close();

  await relay.model.requests[0]?.ended;
  expect(relay.model.requests[0]?.aborted).toBe(true);
});
