import { publish, type TestService } from '@tetracast/service-kit/testing';
import { uniqueChannel } from '@tetracast/testing';
import type { PollAnswer } from '../src/message';
import { produce, read } from '../src/stream';
import { connectTo, startServer, TRANSPORTS } from './start-server';
import { statusOf } from './status-story';
import { startUnrulyProxy } from './unruly-proxy';

let server: TestService;
beforeAll(async () => {
  server = await startServer({ HISTORY_SIZE: '100' });
});
afterAll(() => server.close());

async function stored(channel: string): Promise<PollAnswer['messages']> {
  const response = await fetch(`${server.url}/polling?channel=${channel}&after=earliest`);
  return ((await response.json()) as PollAnswer).messages;
}

async function whole(texts: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const part of texts) text += part;
  return text;
}

describe.each(TRANSPORTS)('a stream over %s', (transport) => {
  it('comes to early and late readers as it was written, and ends', async () => {
    await using client = connectTo(server.url, { transports: [transport] });
    await using reader = connectTo(server.url, { transports: [transport] });
    const channel = uniqueChannel();
    const early = whole(read(reader, channel));
    const out = produce(client, channel);
    const tokens = Array.from(
      { length: 200 },
      (_, n) => ['no', 'e\u0301', '\n', '😀', '\uD83D', '\uDE00'][n % 6] ?? '',
    );
    for (const token of tokens) await out.append(token);
    await out.end();

    expect(await early).toBe(tokens.join(''));
    expect(await whole(read(client, channel))).toBe(tokens.join(''));
    const pieces = (await stored(channel)).slice(0, -1).map(({ data }) => data as string);
    expect(pieces[0]).toBe('no');
    expect(pieces.length).toBeLessThan(tokens.length);
  });

  it('stops when a reader cancels it, and what was written before is stored', async () => {
    await using client = connectTo(server.url, { transports: [transport] });
    await using reader = connectTo(server.url, { transports: [transport] });
    const channel = uniqueChannel();
    const out = produce(client, channel);
    await out.append('a');
    for await (const text of read(reader, channel)) if (text === 'a') break;
    const aborted = new Promise((resolve) => out.signal.addEventListener('abort', resolve));
    await out.append('b');
    await reader.cancel(channel);
    await aborted;

    await expect(out.append('c')).rejects.toMatchObject({ name: 'TetracastError', code: 'cancelled' });
    await out.end();
    expect(await whole(read(reader, channel))).toBe('ab');
  });
});

describe('a stream', () => {
  it('is stopped by a cancel before its first text, if it knows since when', async () => {
    await using client = connectTo(server.url);
    const channel = uniqueChannel();
    const { id } = await client.publish(channel, null, { event: 'start' });
    await client.cancel(channel);
    const out = produce(client, channel, { after: id });
    await new Promise((resolve) => out.signal.addEventListener('abort', resolve));
    await out.end();

    expect(await whole(read(client, channel))).toBe('');
  });

  it('stores the first text at once, and then at most one message in 25 ms', async () => {
    await using client = connectTo(server.url);
    const times: number[] = [];
    const publish: typeof client.publish = (...args) => {
      times.push(performance.now());
      return client.publish(...args);
    };
    const out = produce({ ...client, publish }, uniqueChannel());
    void out.append('at once');
    expect(times).toHaveLength(1);
    while (times.length < 6) {
      await out.append('x');
      await new Promise(setImmediate);
    }
    await out.end();

    const gaps = times.slice(1, -1).map((time, n) => time - (times[n] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(25);
  });

  it('waits without a network, and is stored once', async () => {
    await using proxy = await startUnrulyProxy(server.url);
    await using client = connectTo(proxy.url, { connectTimeoutMs: 1000 });
    const channel = uniqueChannel();
    const out = produce(client, channel);
    await out.append('a');
    await statusOf(client, ({ state }) => state === 'connected');
    proxy.weather = { isBadGateway: true };
    proxy.cut();
    await out.append('b');
    await statusOf(client, ({ state }) => state === 'waiting');
    await out.append('c');
    proxy.weather = {};
    await out.end();

    expect(await whole(read(client, channel))).toBe('abc');
  });

  it('may be long: it comes in several messages, none of which splits a character', async () => {
    await using client = connectTo(server.url);
    const channel = uniqueChannel();
    const text = '\u0001😀'.repeat(30_000);
    const out = produce(client, channel);
    await out.append(text);
    await out.end();

    expect(await whole(read(client, channel))).toBe(text);
    const pieces = (await stored(channel)).slice(0, -1).map(({ data }) => data as string);
    expect(pieces.filter((piece) => /\p{Cs}/u.test(piece))).toEqual([]);
    await expect(out.append('more')).rejects.toMatchObject({ code: 'channel_ended' });
  });

  it.each([
    ['its producer says so', 'no more tokens'],
    ['its producer stops before the end', undefined],
  ])('that is not whole throws at its readers: %s', async (_what, reason) => {
    await using client = connectTo(server.url);
    const channel = uniqueChannel();
    {
      await using out = produce(client, channel);
      await out.append('a');
      if (reason !== undefined) await out.fail(reason);
    }
    const received: string[] = [];
    const reading = (async () => {
      for await (const text of read(client, channel)) received.push(text);
    })();

    await expect(reading).rejects.toMatchObject({
      code: 'stream_failed',
      message: reason ?? 'the producer has stopped',
      cause: { error: reason ?? 'the producer has stopped' },
    });
    expect(received).toEqual(['a']);
  });

  it('of which a part is no longer stored throws at its readers', async () => {
    await using client = connectTo(server.url);
    const channel = uniqueChannel();
    await publish(server, channel, Array<string>(101).fill('a'));
    await client.publish(channel, { length: 101 }, { end: true });

    await expect(whole(read(client, channel))).rejects.toMatchObject({ code: 'incomplete' });
  });

  it('whose channel is deleted throws at its readers at once', async () => {
    await using client = connectTo(server.url);
    const channel = uniqueChannel();
    await publish(server, channel, ['a']);
    const texts = read(client, channel);
    expect(await texts.next()).toEqual({ done: false, value: 'a' });
    await server.tetracast.bus.deleteChannel(channel);

    await expect(texts.next()).rejects.toMatchObject({ code: 'incomplete' });
  });

  it('of another program is read, too: strings, and an end', async () => {
    await using client = connectTo(server.url);
    const channel = uniqueChannel();
    await publish(server, channel, ['a', 1, { b: 'c' }, 'd']);
    await publish(server, channel, ['other'], 'price');
    await client.publish(channel, null, { end: true });

    expect(await whole(read(client, channel))).toBe('ad');
  });

  it('ends for a reader with its signal, and throws when the client is closed', async () => {
    const client = connectTo(server.url);
    const channel = uniqueChannel();
    const aborting = new AbortController();
    const aborted = whole(read(client, channel, { signal: aborting.signal }));
    aborting.abort();
    expect(await aborted).toBe('');
    const closed = whole(read(client, channel));
    const out = produce(client, channel);
    client.close();

    await expect(closed).rejects.toMatchObject({ code: 'closed' });
    await out.append('a');
    await expect(out.end()).rejects.toMatchObject({ code: 'closed' });
    expect(out.signal.reason).toMatchObject({ code: 'closed' });
  });
});
