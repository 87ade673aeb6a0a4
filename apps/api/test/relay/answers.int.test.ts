import { Value } from '@sinclair/typebox/value';
import { RelayEndSchema } from '@tetracast/message-model';
import { fakeBody, fakeText } from '@tetracast/testing';
import { stopTimeOfDay } from '@tetracast/testing/clocks';
import { joined, messagesIn, startRelay } from './start-relay';

describe('an answer', () => {
  it.each(['text', 'sse', 'ndjson', 'openai'] as const)('of the form %s is stored and sent as it is', async (form) => {
    await using relay = await startRelay();
    const fake = { form, words: 50, wordsPerSecond: 500, chunkBytes: 3 };

    const response = await relay.ask(fake);
    const messages = await messagesIn(response);

    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const channel = response.headers.get('tetracast-channel');
    expect(channel).toMatch(/^relay:[\w-]{22}$/);
    expect(messages.every((message) => message.channel === channel)).toBe(true);
    expect(messages[0]).toMatchObject({ event: 'tetracast:relay', data: { relay: 'chat' } });
    const { text, end } = joined(messages);
    expect(text).toBe(fakeBody(fake));
    expect(end).toEqual({ state: 'done', length: text.length });
  });

  it('comes as the upstream sent it', async () => {
    await using relay = await startRelay();
    const fake = { words: 30, wordsPerSecond: 500 };

    const response = await relay.ask(fake, { path: '/chat/completions?format=upstream' });

    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(await response.text()).toBe(fakeBody(fake, 'openai'));
    expect(relay.model.requests[0]).toMatchObject({ path: '/v1/chat/completions', aborted: false });
  });

  it('goes on without its reader, who finds all of it later', async () => {
    await using relay = await startRelay();
    const leaving = new AbortController();
    const response = await relay.ask({ words: 40, wordsPerSecond: 200 }, { signal: leaving.signal });
    const channel = response.headers.get('tetracast-channel') ?? '';
    await response.body?.getReader().read();
    leaving.abort();

    const again = await fetch(`${relay.service.url}/relay?channel=${channel}`);

    expect(await again.text()).toBe(fakeText({ words: 40 }));
  });

  it('is one for two requests with the same idempotency key', async () => {
    await using relay = await startRelay();
    const headers = { 'idempotency-key': 'once' };
    const fake = { words: 30, wordsPerSecond: 300 };

    const [one, two] = await Promise.all([relay.ask(fake, { headers }), relay.ask(fake, { headers })]);
    const late = await relay.ask(fake, { headers });

    expect(two.headers.get('tetracast-channel')).toBe(one.headers.get('tetracast-channel'));
    for (const response of [one, two, late]) expect(joined(await messagesIn(response)).text).toBe(fakeText(fake));
    expect(relay.model.requests).toHaveLength(1);
  });

  it('stops when somebody cancels it, and says who', async () => {
    await using relay = await startRelay();
    const response = await relay.ask({ words: 50, hangAfterWords: 3 });
    const channel = response.headers.get('tetracast-channel') ?? '';

    const cancelled = await relay.post(`/channels/${encodeURIComponent(channel)}/cancel?client=tab-2`);
    const { text, end } = joined(await messagesIn(response));

    expect(cancelled.status).toBe(201);
    expect(fakeText({ words: 50 }).startsWith(text)).toBe(true);
    expect(end).toEqual({ state: 'cancelled', client: 'tab-2', length: text.length });
    await relay.model.requests[0]?.ended;
    expect(relay.model.requests[0]?.aborted).toBe(true);
  });
});

it('an answer is stored for a day', async () => {
  stopTimeOfDay();
  try {
    await using relay = await startRelay({ HISTORY_TTL: '1s', HISTORY_SIZE: '1' });
    const response = await relay.ask({ words: 9, wordsPerSecond: 40 });
    const channel = response.headers.get('tetracast-channel') ?? '';
    await response.text();

    jest.setSystemTime(Date.now() + 86_000_000);
    const again = await fetch(`${relay.service.url}/relay?channel=${channel}`);
    expect(await again.text()).toBe(fakeText({ words: 9 }));
    jest.setSystemTime(Date.now() + 500_000);
    const { entries } = await relay.service.tetracast.bus.read(channel, {
      kind: 'after',
      seq: 0,
      limit: 9,
      bytes: 1e6,
    });
    // The end is kept for longer.
    expect(entries.map(({ event }) => event)).toEqual(['tetracast:end']);
  } finally {
    jest.useRealTimers();
  }
});

describe('an upstream that fails', () => {
  it('before its answer passes its status and its JSON on', async () => {
    await using relay = await startRelay();

    const response = await relay.ask({ status: 429, body: '{"error":"busy"}' });

    expect(response.status).toBe(429);
    expect(response.headers.get('tetracast-channel')).toBeNull();
    expect(await response.text()).toBe('{"error":"busy"}');
  });

  it('gives each request with the same idempotency key the same refusal', async () => {
    await using relay = await startRelay();
    const ask = (): Promise<Response> =>
      relay.ask({ status: 503, body: '{"error":"busy"}' }, { headers: { 'idempotency-key': 'once' } });

    const answers = [await ask(), await ask()];

    expect(answers.map(({ status }) => status)).toEqual([503, 503]);
    expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual(['{"error":"busy"}', '{"error":"busy"}']);
    expect(relay.model.requests).toHaveLength(1);
  });

  it('without a word is a 502 that says nothing of the network of the operator', async () => {
    await using relay = await startRelay({ RELAY_CHAT: 'http://127.0.0.1:9/secret-path' });

    const response = await relay.ask({});
    const problem = await response.text();

    expect(response.status).toBe(502);
    expect(problem).toMatch(/"code":"upstream_failed".*the upstream cannot be reached/);
    expect(problem).not.toMatch(/127\.0\.0\.1|secret-path/);
  });

  it('in the middle of its answer ends the channel with what it sent, and the reason', async () => {
    await using relay = await startRelay();

    const { text, end } = joined(await messagesIn(await relay.ask({ words: 9, failAfterWords: 4 })));

    expect(text).toBe(fakeText({ words: 9 }).split(' ').slice(0, 4).join(' ') + ' ');
    expect(end).toMatchObject({ state: 'failed', code: 'upstream_cut', length: text.length });
    expect(Value.Check(RelayEndSchema, end)).toBe(true);
  });

  it('by its silence does so as well', async () => {
    await using relay = await startRelay({ RELAY_IDLE_TIMEOUT: '100ms' });

    const { end } = joined(await messagesIn(await relay.ask({ words: 9, hangAfterWords: 4 })));

    expect(end).toMatchObject({ state: 'failed', code: 'upstream_timeout' });
    expect((await relay.ask({ hangAfterWords: 0 })).status).toBe(502);
  });
});

it('a client can neither write into an answer nor end it', async () => {
  await using relay = await startRelay();
  const response = await relay.ask({ words: 9, hangAfterWords: 1 });
  const channel = response.headers.get('tetracast-channel') ?? '';
  const { access } = relay.service.tetracast;
  const everybody = await access.permissionsForToken(undefined);

  expect(everybody.mayPublish('other:1')).toBe(true);
  expect([everybody.mayPublish(channel), everybody.mayEnd(channel)]).toEqual([false, false]);
  expect(everybody.mayCancel(channel)).toBe(true);
});
