import { publishJson } from '../../drivers/index';
import { type ContractContext, open, uniqueChannel } from '../contract-context';
import { formBody, jsonBody, request } from './http-requests';

/** `POST` of a message as JSON or as a form. */
export function testHttpPublishing(context: ContractContext): void {
  const endpoint = (): string => context.url() + context.driver.path;

  describe('publishing', () => {
    it('answers 201 with id and channel', async () => {
      const channel = uniqueChannel();
      await using client = await open(context, { channels: [channel] });

      const { status, headers, text } = await request(endpoint(), jsonBody({ channel, data: { n: 1 } }));

      expect(status).toBe(201);
      expect(headers.get('content-type')).toMatch(/^application\/json/);
      const [message] = await client.next();
      expect(message?.data).toEqual({ n: 1 });
      expect(JSON.parse(text)).toEqual({ id: message?.id, channel });
    });

    it('has stored the message when it answers', async () => {
      const channel = uniqueChannel();
      const { id } = await publishJson(endpoint(), { channel, data: 'stored' });

      await using client = await open(context, { channels: [channel], after: 'earliest' });

      expect(await client.next()).toMatchObject([{ id, data: 'stored' }]);
    });

    it('takes a form, whose data is a string and whose echo is a word', async () => {
      const channel = uniqueChannel();
      await using own = await open(context, { channels: [channel], client: 'tab-1', events: ['said'] });
      await using other = await open(context, { channels: [channel], client: 'tab-2', events: ['said'] });
      const fields = { channel, event: 'said', client: 'tab-1' };

      const first = await request(endpoint(), formBody({ ...fields, data: 'a+b & c', echo: 'false' }));
      const second = await request(endpoint(), formBody({ ...fields, data: '{"for":"all"}', echo: 'true' }));

      expect([first.status, second.status]).toEqual([201, 201]);
      expect(await own.next()).toMatchObject([{ event: 'said', data: '{"for":"all"}', client: 'tab-1' }]);
      expect((await other.next(2)).map(({ data }) => data)).toEqual(['a+b & c', '{"for":"all"}']);
    });

    it('stores a repeated Idempotency-Key once, and answers 200 with the first id', async () => {
      const channel = uniqueChannel();
      const key = { 'idempotency-key': uniqueChannel('key') };
      await using client = await open(context, { channels: [channel] });

      const first = await publishJson(endpoint(), { channel, data: 'once' }, key);
      const again = await publishJson(endpoint(), { channel, data: 'once' }, key);
      const other = await publishJson(endpoint(), { channel, data: 'another' });

      expect([first.status, again.status]).toEqual([201, 200]);
      expect(again.id).toBe(first.id);
      expect((await client.next(2)).map(({ id }) => id)).toEqual([first.id, other.id]);
    });

    it('stores one message when the same key comes at once', async () => {
      const channel = uniqueChannel();
      const key = { 'idempotency-key': uniqueChannel('key') };

      const answers = await Promise.all(
        Array.from({ length: 10 }, () => publishJson(endpoint(), { channel, data: 'once' }, key)),
      );

      expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    });
  });
}
