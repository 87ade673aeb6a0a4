import { type PollAnswer, publishJson } from '../../drivers/index';
import { type ContractContext, uniqueChannel, words } from '../contract-context';
import { type HttpAnswer, refusalIn, request } from './http-requests';

/** What only polling has: the answer's shape, waiting, limits and conditional requests. */
export function testPollingRequests(context: ContractContext): void {
  const endpoint = (): string => context.url() + context.driver.path;
  const poll = (query: string, headers: Readonly<Record<string, string>> = {}): Promise<HttpAnswer> =>
    request(`${endpoint()}?${query}`, { headers });
  const read = ({ text }: HttpAnswer): PollAnswer => JSON.parse(text) as PollAnswer;
  const publish = async (channel: string, data: readonly unknown[]): Promise<string[]> => {
    const ids: string[] = [];
    for (const item of data) ids.push((await publishJson(endpoint(), { channel, data: item })).id);
    return ids;
  };

  describe('answers', () => {
    it('are 200 at once, empty, never stored by a cache, their cursor the ETag', async () => {
      const answer = await poll(`channel=${uniqueChannel()}`);

      const { cursor } = read(answer);
      expect(answer.status).toBe(200);
      expect(read(answer)).toEqual({ messages: [], cursor });
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('etag')).toBe(`"${cursor}"`);
    });

    it('are 304 without a body when nothing follows the cursor of If-None-Match', async () => {
      const channel = uniqueChannel();
      const [id = ''] = await publish(channel, ['one']);

      const nothingNew = await poll(`channel=${channel}`, { 'if-none-match': `"${id}"` });
      await publish(channel, ['two']);
      const something = await poll(`channel=${channel}`, { 'if-none-match': `"${id}"` });

      expect([nothingNew.status, nothingNew.text]).toEqual([304, '']);
      expect(something.status).toBe(200);
      expect(read(something).messages.map(({ data }) => data)).toEqual(['two']);
    });

    it('begin after Last-Event-ID', async () => {
      const channel = uniqueChannel();
      const [id = ''] = await publish(channel, ['one', 'two']);

      const answer = await poll(`channel=${channel}`, { 'last-event-id': id });

      expect(read(answer).messages.map(({ data }) => data)).toEqual(['two']);
    });

    it('hold no more than limit, and their cursor leads to the rest', async () => {
      const channel = uniqueChannel();
      await publish(channel, words(5));

      const first = read(await poll(`channel=${channel}&after=earliest&limit=3`));
      const rest = read(await poll(`channel=${channel}&after=${first.cursor}&limit=3`));

      expect(first.messages.map(({ data }) => data)).toEqual(words(3));
      expect(rest.messages.map(({ data }) => data)).toEqual(['word-4', 'word-5']);
    });

    it('hold the channels of a comma-separated list', async () => {
      const [red, green] = [uniqueChannel('red'), uniqueChannel('green')];
      await publish(red, ['r']);
      await publish(green, ['g']);

      const answer = await poll(`channel=${red},${green}&after=earliest`);

      expect(read(answer).messages.map(({ data }) => data)).toEqual(['r', 'g']);
    });
  });

  describe('waiting', () => {
    it.each([
      ['wait', '&wait=20', {}],
      ['Prefer: wait', '', { prefer: 'wait=20' }],
    ])('by %s ends with the first message', async (_, query, headers) => {
      const channel = uniqueChannel();
      const { cursor } = read(await poll(`channel=${channel}`));

      const waiting = poll(`channel=${channel}&after=${cursor}${query}`, headers);
      const [id] = await publish(channel, ['here']);

      expect(read(await waiting)).toMatchObject({ messages: [{ id, data: 'here' }], cursor: id });
    });

    it('ends in time with the same 200 and no messages', async () => {
      const channel = uniqueChannel();
      const startedMs = performance.now();

      const answer = await poll(`channel=${channel}&wait=1`);

      expect(answer.status).toBe(200);
      expect(read(answer).messages).toEqual([]);
      expect(performance.now() - startedMs).toBeGreaterThan(900);
    });

    it('does not hold back what is there', async () => {
      const channel = uniqueChannel();
      await publish(channel, ['there']);

      const answer = await poll(`channel=${channel}&after=earliest&wait=55`); // longer than a test may take

      expect(read(answer).messages).toHaveLength(1);
    });

    it.each(['wait=-1', 'wait=soon', 'limit=0', 'limit=many'])('refuses %s', async (query) => {
      const answer = await poll(`channel=${uniqueChannel()}&${query}`);

      expect(refusalIn(answer)).toMatchObject({ status: 400, code: 'invalid_request' });
    });
  });
}
