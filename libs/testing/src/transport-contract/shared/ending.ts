import { CANCEL_EVENT, END_EVENT } from '@tetracast/message-model';
import { readRefusal, type TransportClient } from '../../drivers/index';
import { type ContractContext, itOnItsOwnServer, open, uniqueChannel } from '../contract-context';

const EVENTS = ['message', END_EVENT, CANCEL_EVENT];

/** The end of a channel, and the request to its publishers to stop. */
export function testEnding(context: ContractContext): void {
  const join = (channel: string, after?: string): Promise<TransportClient> =>
    open(context, { channels: [channel], events: EVENTS, ...(after === undefined ? {} : { after }) });
  const cancel = async (channel: string, query = ''): Promise<{ status: number; id: string }> => {
    const response = await fetch(`${context.url()}/channels/${channel}/cancel${query}`, { method: 'POST' });
    if (!response.ok) throw await readRefusal(response);
    return { status: response.status, ...((await response.json()) as { id: string }) };
  };

  describe('the end of a channel', () => {
    it('is its last message, live and for those who come later', async () => {
      const channel = uniqueChannel();
      await using live = await join(channel);
      await live.publish({ channel, data: 'before' });
      const { id } = await live.publish({ channel, data: 'bye', end: true });

      await using fromStart = await join(channel, 'earliest');
      await using fromNow = await join(channel);

      const last = { id, channel, event: END_EVENT, data: 'bye' };
      expect(await live.next(2)).toMatchObject([{ event: 'message', data: 'before' }, last]);
      expect(await fromStart.next(2)).toMatchObject([{ data: 'before' }, last]);
      expect(await fromNow.next()).toMatchObject([last]);
      expect([live, fromStart, fromNow].flatMap(({ resets }) => resets)).toEqual([]);
    });

    it('refuses what comes after it, and a repeated end that has another key', async () => {
      const channel = uniqueChannel();
      await using client = await join(channel);
      const end = { channel, data: 'bye', end: true, idempotencyKey: uniqueChannel('key') };
      const { id } = await client.publish(end);

      await expect(client.publish({ channel, data: 'late' })).rejects.toMatchObject({ code: 'channel_ended' });
      await expect(client.publish({ channel, data: 'late', end: true })).rejects.toMatchObject({
        code: 'channel_ended',
      });
      await expect(cancel(channel)).rejects.toMatchObject({ status: 409, code: 'channel_ended' });
      expect(await client.publish(end)).toMatchObject({ id });
    });

    itOnItsOwnServer(context, 'reaches readers after a reset', { HISTORY_SIZE: '1' }, async ({ url }) => {
      const channel = uniqueChannel();
      await using publisher = await context.driver.open(url, { channels: [uniqueChannel()] });
      const { id: first } = await publisher.publish({ channel, data: 'first' });
      await publisher.publish({ channel, data: 'second' });
      const { id } = await publisher.publish({ channel, data: 'bye', end: true });

      await using late = await context.driver.open(url, { channels: [channel], events: EVENTS, after: first });

      expect(await late.next()).toMatchObject([{ id, event: END_EVENT }]);
      expect(late.resets).toMatchObject([{ reason: 'trimmed', channels: [channel] }]);
    });
  });

  describe('cancel', () => {
    it('reaches those who subscribe, and names who asks', async () => {
      const channel = uniqueChannel();
      await using client = await join(channel);
      await client.publish({ channel, data: 'before' });

      const { status, id } = await cancel(channel, '?client=tab-9');

      expect(status).toBe(201);
      expect(await client.next(2)).toMatchObject([
        { data: 'before' },
        { id, event: CANCEL_EVENT, data: null, client: 'tab-9' },
      ]);
      await client.publish({ channel, data: 'after' });
      expect(await client.next()).toMatchObject([{ data: 'after' }]);
    });

    it('creates no channel', async () => {
      await expect(cancel(uniqueChannel())).rejects.toMatchObject({ status: 404, code: 'not_found' });
    });
  });
}
