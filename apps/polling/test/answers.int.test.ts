import { FaultyBus } from '@tetracast/bus/testing';
import { decodeCursor, encodeCursor, tagOf } from '@tetracast/message-model';
import { openJQueryPage, uniqueChannel, until, words } from '@tetracast/testing';
import { publish, type TestService } from '@tetracast/service-kit/testing';
import { dataIn, poll, type PollAnswer, startService } from './start-service';

let service: TestService;

beforeAll(async () => {
  service = await startService();
});

afterAll(async () => {
  await service.close();
});

describe('an answer', () => {
  it('is one JSON text around the messages as they were published', async () => {
    const channel = uniqueChannel();
    const [first, second] = await publish(service, channel, ['a', { b: '\u2028' }]);

    const { text, cursor, messages } = await poll(service, `channel=${channel}&after=earliest`);

    expect(messages.map(({ id }) => id)).toEqual([first, second]);
    expect(cursor).toBe(second);
    expect(text).toMatch(/^\{"messages":\[\{"id":.*\},\{"id":.*\}\],"cursor":"[^"]*"\}$/s);
  });

  it('keeps the cursor of the request when nothing is new, though other channels go on', async () => {
    const channel = uniqueChannel();
    const [id = ''] = await publish(service, channel, ['a']);
    await publish(service, uniqueChannel(), words(3));

    const answers = [
      await poll(service, `channel=${channel}&after=${id}`),
      await poll(service, `channel=${channel}`, { headers: { 'last-event-id': id } }),
      await poll(service, `channel=${channel}`, { headers: { 'if-none-match': `"${id}"` } }),
    ];

    expect(answers.map(({ headers }) => headers.get('etag'))).toEqual([`"${id}"`, `"${id}"`, `"${id}"`]);
    expect(answers.slice(0, 2).map(({ cursor }) => cursor)).toEqual([id, id]);
  });

  it('has a new cursor when all that is new is hidden from its client', async () => {
    const channel = uniqueChannel();
    const { cursor } = await poll(service, `channel=${channel}`);
    const publication = { channel, event: 'message', data: '1', client: 'ann', echo: false };
    const { id } = await service.tetracast.hub.publish(publication);

    const hidden = await poll(service, `channel=${channel}&client=ann&after=${cursor}`);

    expect([hidden.messages, hidden.cursor]).toEqual([[], id]);
  });

  it('keeps a cursor that names channels ahead, too', async () => {
    const channel = uniqueChannel();
    const [id = ''] = await publish(service, channel, ['a']);
    const { epoch = '', seq = 0 } = decodeCursor(id) ?? {};
    const apart = encodeCursor({ epoch, seq: seq - 1, ahead: new Map([[tagOf(channel), seq]]) });

    const { status, headers } = await poll(service, `channel=${channel}`, {
      headers: { 'if-none-match': `"${apart}"` },
    });

    expect([status, headers.get('etag')]).toEqual([304, `"${apart}"`]);
  });

  it('without a cursor in the request has the one to start from', async () => {
    const channel = uniqueChannel();

    const { cursor } = await poll(service, `channel=${channel}`);
    await publish(service, channel, words(2));

    expect(dataIn(await poll(service, `channel=${channel}&after=${cursor}`))).toEqual(words(2));
  });

  it('for all that is retained of nothing has one that loses nothing', async () => {
    const channel = uniqueChannel();

    const { cursor } = await poll(service, `channel=${channel}&after=earliest`);
    await publish(service, channel, words(2));

    expect(dataIn(await poll(service, `channel=${channel}&after=${cursor}`))).toEqual(words(2));
  });

  it('has a new cursor with a reset', async () => {
    const channel = uniqueChannel();

    const { cursor, reset, headers } = await poll(service, `channel=${channel}&after=no.such~cursor`);

    expect(reset).toEqual({ channels: [channel], reason: 'invalid', cursor });
    expect(headers.get('etag')).toBe(`"${cursor}"`);
  });

  it('has one reset for all channels it concerns', async () => {
    await using small = await startService(
      { HISTORY_SIZE: '2' },
      { fixed: { windowLimits: { messages: 1, bytes: 1_048_576 } } },
    );
    const [red, green] = [uniqueChannel('red'), uniqueChannel('green')];
    const [start = ''] = await publish(small, red, ['a']);
    await publish(small, red, words(300));
    await publish(small, green, words(300));

    const { reset, messages } = await poll(small, `channel=${red},${green}&after=${start}`);

    expect(reset).toMatchObject({ reason: 'trimmed', channels: [red, green] });
    expect(messages).toHaveLength(4);
  });

  it('stays within the high-water mark and one batch, and its cursor leads to the rest', async () => {
    await using narrow = await startService({ HIGH_WATER_MARK: '1' });
    const channel = uniqueChannel();
    const data = Array.from({ length: 20 }, (_, index) => `${index}-${'x'.repeat(60_000)}`);
    await publish(narrow, channel, data);

    const received: unknown[] = [];
    let query = 'after=earliest';
    for (;;) {
      const answer = await poll(narrow, `channel=${channel}&${query}`);
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
    const ids = await publish(service, channel, data);

    const received: string[] = [];
    let query = `after=${ids[590] ?? ''}`;
    if (limit > 200) query = 'after=earliest';
    for (;;) {
      const { messages, cursor } = await poll(service, `channel=${channel}&limit=${limit}&${query}`);
      if (messages.length === 0) break;
      expect(messages.length).toBeLessThanOrEqual(limit);
      received.push(...messages.map(({ id }) => id));
      query = `after=${cursor}`;
    }

    expect(received).toEqual(limit > 200 ? ids : ids.slice(591));
  });
});

it('has the channels of what jQuery makes of a list', async () => {
  const channels = [uniqueChannel(), uniqueChannel()];
  for (const channel of channels) await publish(service, channel, [channel]);
  const page = openJQueryPage(service.url);

  const text = await new Promise<string>((resolve, reject) => {
    const xhr = page.$.ajax({ url: '/polling', data: { channel: channels, after: 'earliest' } });
    xhr.then(
      () => resolve(xhr.responseText),
      () => reject(new Error(xhr.responseText)),
    );
  });
  page.close();

  expect(JSON.parse(text)).toMatchObject({ messages: channels.map((data) => ({ data })) });
});

describe('If-None-Match', () => {
  const ask = (query: string, tags: string): Promise<PollAnswer> =>
    poll(service, query, { headers: { 'if-none-match': tags } });

  it('is answered 304 with the same ETag, no body, and no cache', async () => {
    const channel = uniqueChannel();
    const [id = ''] = await publish(service, channel, ['a']);

    for (const tags of [`"${id}"`, `W/"${id}"`, `"other", "${id}"`, `"${id}-gzip"`, `W/"${id};br"`, `"${id}--gzip"`]) {
      const { status, text, headers } = await ask(`channel=${channel}`, tags);

      expect([status, text, headers.get('etag'), headers.get('cache-control')]).toEqual([
        304,
        '',
        `"${id}"`,
        'no-store',
      ]);
    }
  });

  it.each(['-gzip', '--gzip', ';gzip', '-br', ';br'])('has what came after a tag that ends in %s', async (coding) => {
    const channel = uniqueChannel();
    const [id = ''] = await publish(service, channel, words(3));

    const { status, text } = await ask(`channel=${channel}`, `"${id}${coding}"`);

    expect([status, JSON.parse(text)]).toMatchObject([200, { messages: [{ data: 'word-2' }, { data: 'word-3' }] }]);
  });

  it.each(['*', '""', 'rubbish', '"of another server"'])('is answered by a reset if it is %s', async (tags) => {
    const channel = uniqueChannel();
    const [, newest = ''] = await publish(service, channel, words(2));

    const { status, reset, cursor } = await ask(`channel=${channel}`, tags);

    expect([status, cursor, reset]).toEqual([200, newest, { channels: [channel], reason: 'invalid', cursor: newest }]);
  });

  it('takes nothing from a poll that says itself where it starts', async () => {
    const channel = uniqueChannel();
    const [first = '', second = ''] = await publish(service, channel, words(2));

    for (const tags of ['rubbish', `"${second}-gzip"`]) {
      expect(dataIn(await ask(`channel=${channel}&after=${first}`, tags))).toEqual(['word-2']);
    }
    expect((await ask(`channel=${channel}&after=${second}`, `"${second}-gzip"`)).status).toBe(304);
  });

  it('is answered 304 after a wait in vain', async () => {
    await using impatient = await startService({ MAX_POLL_WAIT: '60ms' });
    const { headers } = await poll(impatient, 'channel=a');
    const tag = headers.get('etag') ?? '';

    const { status } = await poll(impatient, 'channel=a&wait=55', { headers: { 'if-none-match': tag } });

    expect(status).toBe(304);
  });

  it('is answered 200 by what ends the wait', async () => {
    const channel = uniqueChannel();
    const { headers } = await poll(service, `channel=${channel}`);

    const waiting = ask(`channel=${channel}&wait=20`, headers.get('etag') ?? '');
    await until(() => service.connections() === 1);
    await publish(service, channel, ['a']);

    expect(dataIn(await waiting)).toEqual(['a']);
  });

  it('is answered 200 when the poll starts at another cursor', async () => {
    const channel = uniqueChannel();
    const [first = '', second = ''] = await publish(service, channel, words(2));

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

describe('HEAD', () => {
  it('is not served', async () => {
    const { status, headers } = await poll(service, 'channel=a', { method: 'HEAD' });

    expect([status, headers.get('allow')]).toEqual([405, 'GET, POST']);
  });
});

describe('without its log', () => {
  it('a poll gets an answer that makes it come again, and leaves nothing behind', async () => {
    const bus = new FaultyBus();
    await using away = await startService({}, { bus });
    bus.isUnavailable = true;

    const { status, headers, text } = await poll(away, 'channel=a&wait=20');

    expect([status, headers.get('retry-after')]).toEqual([503, '1']);
    expect(JSON.parse(text)).toMatchObject({ code: 'unavailable' });
    expect(away.connections()).toBe(0);
    bus.isUnavailable = false;
    expect((await poll(away, 'channel=a')).status).toBe(200);
  });
});
