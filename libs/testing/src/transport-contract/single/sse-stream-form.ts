import { CURSOR_PATTERN } from '@tetracast/message-model';
import { nextBlock, openSseStream, publishJson, type SseBlock, type SseStream } from '../../drivers/index';
import { type ContractContext, itAtTheServer, uniqueChannel, words } from '../contract-context';

/** What only SSE has: its headers, the first block, the two formats, and `Last-Event-ID`. */
export function testSseStream(context: ContractContext): void {
  const endpoint = (): string => context.url() + context.driver.path;
  const publish = async (channel: string, data: readonly unknown[]): Promise<string[]> => {
    const ids: string[] = [];
    for (const item of data) ids.push((await publishJson(endpoint(), { channel, data: item })).id);
    return ids;
  };
  const reading = async <T>(
    query: string,
    headers: Readonly<Record<string, string>>,
    read: (stream: SseStream) => Promise<T>,
  ): Promise<T> => {
    const stream = await openSseStream(`${endpoint()}?${query}`, headers);
    try {
      return await read(stream);
    } finally {
      stream.close();
    }
  };
  const blocks = (count: number, query: string, headers: Readonly<Record<string, string>> = {}): Promise<SseBlock[]> =>
    reading(query, headers, async (stream) => {
      const taken: SseBlock[] = [];
      while (taken.length < count) taken.push(await nextBlock(stream));
      return taken;
    });
  const dataAfterFirst = async (count: number, query: string, headers = {}): Promise<unknown[]> => {
    const [, ...rest] = await blocks(count + 1, query, headers);
    return rest.map(({ data = '' }) => (JSON.parse(data) as { data: unknown }).data);
  };

  describe('the stream', () => {
    it('is an event stream that nothing on its way keeps', async () => {
      await reading(`channel=${uniqueChannel()}`, {}, ({ response }) => {
        expect(response.status).toBe(200);
        expect(response.headers.get('content-type')).toMatch(/^text\/event-stream(; ?charset=utf-8)?$/i);
        expect(response.headers.get('cache-control')).toMatch(/no-store|no-cache/);
        return Promise.resolve();
      });
    });

    itAtTheServer(context, 'asks nginx not to buffer it', () =>
      reading(`channel=${uniqueChannel()}`, {}, async ({ response }) => {
        expect(response.headers.get('x-accel-buffering')).toBe('no');
      }),
    );

    it('begins with retry and the cursor, without data', async () => {
      const [first] = await blocks(1, `channel=${uniqueChannel()}`);

      expect(first).toEqual({
        retry: expect.any(Number) as number,
        id: expect.stringMatching(CURSOR_PATTERN) as string,
        comments: [],
      });
    });

    it('begins with a cursor from which what it replays is not lost', async () => {
      const channel = uniqueChannel();
      const [id = ''] = await publish(channel, words(3));

      const [first] = await blocks(1, `channel=${channel}&after=${id}`);

      expect(await dataAfterFirst(2, `channel=${channel}&after=${first?.id ?? ''}`)).toEqual(['word-2', 'word-3']);
    });

    it('leaves out event: for the default event only', async () => {
      const channel = uniqueChannel();
      await publishJson(endpoint(), { channel, data: 1 });
      await publishJson(endpoint(), { channel, event: 'price', data: 2 });

      const [, plain, named] = await blocks(3, `channel=${channel}&after=earliest`);

      expect([plain?.event, named?.event]).toEqual([undefined, 'price']);
    });

    it('names the reset and sets its cursor', async () => {
      const [, reset] = await blocks(2, `channel=${uniqueChannel()}&after=no.such~cursor`);

      expect(reset?.event).toBe('tetracast:reset');
      expect(JSON.parse(reset?.data ?? '')).toMatchObject({ reason: 'invalid', cursor: reset?.id });
    });

    it('subscribes to the channels of a comma-separated list', async () => {
      const [red, green] = [uniqueChannel('red'), uniqueChannel('green')];
      await publish(red, ['r']);
      await publish(green, ['g']);

      expect(await dataAfterFirst(2, `channel=${red},${green}&after=earliest`)).toEqual(['r', 'g']);
    });
  });

  describe('format=data', () => {
    it('sends the data alone: strings raw, each line its own data line, and JSON', async () => {
      const channel = uniqueChannel();
      const ids = await publish(channel, ['plain', 'two\nlines', 'a\r\nb\rc', '', { n: 1 }]);

      const [, ...rest] = await blocks(6, `channel=${channel}&after=earliest&format=data`);

      expect(rest.map(({ data }) => data)).toEqual(['plain', 'two\nlines', 'a\nb\nc', '', '{"n":1}']);
      expect(rest.map(({ id }) => id)).toEqual(ids);
    });
  });

  describe('Last-Event-ID', () => {
    it('wins over after in the query, as a browser repeats its URL', async () => {
      const channel = uniqueChannel();
      const ids = await publish(channel, words(4));
      const header = { 'last-event-id': ids[2] ?? '' };

      expect(await dataAfterFirst(1, `channel=${channel}&after=${ids[0] ?? ''}`, header)).toEqual(['word-4']);
    });

    it('wins over rewind', async () => {
      const channel = uniqueChannel();
      const ids = await publish(channel, words(4));

      expect(await dataAfterFirst(1, `channel=${channel}&rewind=4`, { 'last-event-id': ids[2] ?? '' })).toEqual([
        'word-4',
      ]);
    });

    it('may stand in the query as lastEventId', async () => {
      const channel = uniqueChannel();
      const ids = await publish(channel, words(2));

      expect(await dataAfterFirst(1, `channel=${channel}&lastEventId=${ids[0] ?? ''}`)).toEqual(['word-2']);
    });
  });
}
