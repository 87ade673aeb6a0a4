import { BusUnavailableError, MemoryBus } from '@tetracast/bus';
import { type Message, type Reset } from '@tetracast/message-model';
import { openJQueryPage, uniqueChannel, words } from '@tetracast/testing';
import { startService, type TestService } from './start-service';

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly messages: readonly Message[];
  readonly cursor: string;
  readonly reset?: Reset;
}

let service: TestService;

beforeAll(async () => {
  service = await startService();
});

afterAll(async () => {
  await service.close();
});

async function poll(query: string, init: RequestInit = {}, { url } = service): Promise<Answer> {
  const response = await fetch(`${url}/polling?${query}`, init);
  const text = await response.text();
  const body = text === '' ? {} : (JSON.parse(text) as object);
  return { messages: [], cursor: '', ...body, status: response.status, headers: response.headers, text };
}

/** Stores these, in one turn of the event loop; resolves to their ids. */
async function publish(channel: string, data: readonly unknown[], { tetracast } = service): Promise<string[]> {
  const stored = await Promise.all(
    data.map((item) => tetracast.hub.publish({ channel, event: 'message', data: JSON.stringify(item), echo: true })),
  );
  return stored.map(({ id }) => id);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate);
}

const connections = ({ tetracast } = service): number => tetracast.hub.stats.connections;
const dataIn = ({ messages }: Answer): unknown[] => messages.map(({ data }) => data);

describe('an answer', () => {
  it('is one JSON text around the messages as they were published', async () => {
    const channel = uniqueChannel();
    const [first, second] = await publish(channel, ['a', { b: '\u2028' }]);

    const { text, cursor, messages } = await poll(`channel=${channel}&after=earliest`);

    expect(messages.map(({ id }) => id)).toEqual([first, second]);
    expect(cursor).toBe(second);
    expect(text).toMatch(/^\{"messages":\[\{"id":.*\},\{"id":.*\}\],"cursor":"[^"]*"\}$/s);
  });

  it('keeps the cursor of the request when nothing is new, though other channels go on', async () => {
    const channel = uniqueChannel();
    const [id = ''] = await publish(channel, ['a']);
    await publish(uniqueChannel(), words(3));

    const answers = [
      await poll(`channel=${channel}&after=${id}`),
      await poll(`channel=${channel}`, { headers: { 'last-event-id': id } }),
      await poll(`channel=${channel}`, { headers: { 'if-none-match': `"${id}"` } }),
    ];

    expect(answers.map(({ headers }) => headers.get('etag'))).toEqual([`"${id}"`, `"${id}"`, `"${id}"`]);
    expect(answers.slice(0, 2).map(({ cursor }) => cursor)).toEqual([id, id]);
  });

  it('without a cursor in the request has the one to start from', async () => {
    const channel = uniqueChannel();

    const { cursor } = await poll(`channel=${channel}`);
    await publish(channel, words(2));

    expect(dataIn(await poll(`channel=${channel}&after=${cursor}`))).toEqual(words(2));
  });

  it('for all that is retained of nothing has one that loses nothing', async () => {
    const channel = uniqueChannel();

    const { cursor } = await poll(`channel=${channel}&after=earliest`);
    await publish(channel, words(2));

    expect(dataIn(await poll(`channel=${channel}&after=${cursor}`))).toEqual(words(2));
  });

  it('has a new cursor with a reset', async () => {
    const channel = uniqueChannel();

    const { cursor, reset, headers } = await poll(`channel=${channel}&after=no.such~cursor`);

    expect(reset).toEqual({ channels: [channel], reason: 'invalid', cursor });
    expect(headers.get('etag')).toBe(`"${cursor}"`);
  });

  it('has one reset for all channels it concerns', async () => {
    await using small = await startService({ HISTORY_SIZE: '2', WINDOW_MESSAGES: '1' });
    const [red, green] = [uniqueChannel('red'), uniqueChannel('green')];
    const [start = ''] = await publish(red, ['a'], small);
    await publish(red, words(300), small);
    await publish(green, words(300), small);

    const { reset, messages } = await poll(`channel=${red},${green}&after=${start}`, {}, small);

    expect(reset).toMatchObject({ reason: 'trimmed', channels: [red, green] });
    expect(messages).toHaveLength(4);
  });

  it('stays within the high-water mark and one batch, and its cursor leads to the rest', async () => {
    await using narrow = await startService({ HIGH_WATER_MARK: '1' });
    const channel = uniqueChannel();
    const data = Array.from({ length: 20 }, (_, index) => `${index}-${'x'.repeat(60_000)}`);
    await publish(channel, data, narrow);

    const received: unknown[] = [];
    let query = 'after=earliest';
    for (;;) {
      const answer = await poll(`channel=${channel}&${query}`, {}, narrow);
      if (answer.messages.length === 0) break;
      // A batch is closed with the message that brings it to 256 KiB, a letter of the data counted as two bytes.
      expect(answer.text.length).toBeLessThan(256 * 1024);
      received.push(...dataIn(answer));
      query = `after=${answer.cursor}`;
    }

    expect(received).toEqual(data);
  });

  it.each([1, 2, 3, 7, 256, 1000])('of at most %i leads through all there is', async (limit) => {
    const channel = uniqueChannel();
    const data = words(600);
    const ids = await publish(channel, data);

    const received: string[] = [];
    let query = `after=${ids[590] ?? ''}`;
    if (limit > 200) query = 'after=earliest';
    for (;;) {
      const { messages, cursor } = await poll(`channel=${channel}&limit=${limit}&${query}`);
      if (messages.length === 0) break;
      expect(messages.length).toBeLessThanOrEqual(limit);
      received.push(...messages.map(({ id }) => id));
      query = `after=${cursor}`;
    }

    expect(received).toEqual(limit > 200 ? ids : ids.slice(591));
  });
});

describe('If-None-Match', () => {
  const ask = (query: string, tags: string): Promise<Answer> => poll(query, { headers: { 'if-none-match': tags } });

  it('is answered 304 with the same ETag, no body, and no cache', async () => {
    const channel = uniqueChannel();
    const [id = ''] = await publish(channel, ['a']);

    for (const tags of [`"${id}"`, `W/"${id}"`, `"other", "${id}"`]) {
      const { status, text, headers } = await ask(`channel=${channel}`, tags);

      expect([status, text, headers.get('etag'), headers.get('cache-control')]).toEqual([
        304,
        '',
        `"${id}"`,
        'no-store',
      ]);
    }
  });

  it('is answered 304 after a wait in vain', async () => {
    await using impatient = await startService({ POLL_WAIT_MAX: '60ms' });
    const { headers } = await poll('channel=a', {}, impatient);
    const tag = headers.get('etag') ?? '';

    const { status } = await poll('channel=a&wait=55', { headers: { 'if-none-match': tag } }, impatient);

    expect(status).toBe(304);
  });

  it('is answered 200 by what ends the wait', async () => {
    const channel = uniqueChannel();
    const { headers } = await poll(`channel=${channel}`);

    const waiting = ask(`channel=${channel}&wait=20`, headers.get('etag') ?? '');
    await until(() => connections() === 1);
    await publish(channel, ['a']);

    expect(dataIn(await waiting)).toEqual(['a']);
  });

  it('is answered 200 when the poll starts at another cursor', async () => {
    const channel = uniqueChannel();
    const [first = '', second = ''] = await publish(channel, words(2));

    const behind = await ask(`channel=${channel}&after=${first}`, `"${second}"`);
    const level = await ask(`channel=${channel}&after=${second}`, `"${first}"`);

    expect([behind.status, dataIn(behind)]).toEqual([200, ['word-2']]);
    expect([level.status, level.cursor]).toEqual([200, second]);
  });

  it('is answered 200 with a reset', async () => {
    const { status, reset } = await ask(`channel=${uniqueChannel()}`, '"AAAAAAAAAAAA-1"');

    expect([status, reset?.reason]).toEqual([200, 'epoch']);
  });
});

describe('a wait', () => {
  it('ends with all that its first turn brought, in one answer', async () => {
    const channel = uniqueChannel();
    const waiting = poll(`channel=${channel}&wait=20`);
    await until(() => connections() === 1 && service.tetracast.hub.stats.channels > 0);
    await poll(`channel=${channel}`);

    await publish(channel, words(50));

    expect(dataIn(await waiting)).toEqual(words(50));
  });

  it('of zero seconds is none', async () => {
    expect((await poll(`channel=${uniqueChannel()}&wait=0`)).messages).toEqual([]);
  });

  it('is cut to POLL_WAIT_MAX, also one of 55 seconds', async () => {
    await using impatient = await startService({ POLL_WAIT_MAX: '60ms' });
    const began = performance.now();

    const { status, messages, headers } = await poll('channel=a&wait=55', {}, impatient);

    expect(performance.now() - began).toBeGreaterThan(55);
    expect([status, messages, headers.get('preference-applied')]).toEqual([200, [], null]);
  });

  it('by preference is told to be applied', async () => {
    await using impatient = await startService({ POLL_WAIT_MAX: '60ms' });

    const { headers } = await poll('channel=a', { headers: { prefer: 'wait=20' } }, impatient);

    expect(headers.get('preference-applied')).toBe('wait=0');
  });

  it.each(['&wait=55', ''])('leaves no connection behind%s', async (query) => {
    await using impatient = await startService({ POLL_WAIT_MAX: '60ms' });

    await poll(`channel=a${query}`, {}, impatient);

    expect(connections(impatient)).toBe(0);
  });

  it('is given up when its client goes away', async () => {
    const client = new AbortController();
    const waiting = poll(`channel=${uniqueChannel()}&wait=55`, { signal: client.signal });
    await until(() => connections() === 1);

    client.abort();

    await expect(waiting).rejects.toThrow('abort');
    await until(() => connections() === 0);
  });

  it('is given up when $.ajax aborts', async () => {
    const page = openJQueryPage(service.url);
    const request = page.$.ajax({ url: '/polling', data: { channel: uniqueChannel(), wait: 55 } });
    await until(() => connections() === 1);

    request.abort();

    await until(() => connections() === 0);
    page.close();
    expect(request.status).toBe(0);
  });

  it('ends with a 200 when the service stops, its cursor unchanged and its connection closed', async () => {
    const stopping = await startService();
    const channel = uniqueChannel();
    const [id = ''] = await publish(channel, ['a'], stopping);
    const waiting = poll(`channel=${channel}&after=${id}&wait=55`, {}, stopping);
    const fresh = poll(`channel=${channel}&wait=55`, {}, stopping);
    await until(() => connections(stopping) === 2);
    await poll(`channel=${channel}`, {}, stopping);

    await stopping.close();

    const { status, messages, cursor, headers } = await waiting;
    expect([status, messages, cursor]).toEqual([200, [], id]);
    expect(headers.get('connection')).toBe('close');
    expect(await fresh).toMatchObject({ status: 200, messages: [], cursor: id });
  });
});

describe('HEAD', () => {
  it('is not served', async () => {
    const { status, headers } = await poll('channel=a', { method: 'HEAD' });

    expect([status, headers.get('allow')]).toEqual([405, 'GET, POST']);
  });
});

describe('without its log', () => {
  class AwayBus extends MemoryBus {
    isAway = false;

    override subscribe(channel: string): Promise<void> {
      return this.isAway ? Promise.reject(new BusUnavailableError('away')) : super.subscribe(channel);
    }
  }

  it('a poll is told to come again, and leaves nothing behind', async () => {
    const bus = new AwayBus({ retention: { size: 10, ttlMs: 60_000 } });
    await using away = await startService({}, { bus });
    bus.isAway = true;

    const { status, headers, text } = await poll('channel=a&wait=20', {}, away);

    expect([status, headers.get('retry-after')]).toEqual([503, '1']);
    expect(JSON.parse(text)).toMatchObject({ code: 'unavailable' });
    expect(connections(away)).toBe(0);
    bus.isAway = false;
    expect((await poll('channel=a', {}, away)).status).toBe(200);
  });
});
