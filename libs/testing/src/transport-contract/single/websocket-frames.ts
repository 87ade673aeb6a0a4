import type { ErrorCode } from '@tetracast/message-model';
import { openWebSocketWire, type WebSocketWire } from '../../drivers/index';
import { type ContractContext, open, uniqueChannel } from '../contract-context';

/** What only a WebSocket has: the frames by type, their `ref`, and the close codes. */
export function testWebSocketFrames(context: ContractContext): void {
  const wire = (query = '', protocols: string[] = []): Promise<WebSocketWire> =>
    openWebSocketWire(`${context.url()}${context.driver.path}${query}`, { protocols });

  describe('frames', () => {
    it('begin with welcome, subscribed, reset', async () => {
      const channel = uniqueChannel();
      await using socket = await wire(`?channel=${channel}&client=tab-1&after=no.such~cursor`);

      const frames = [await socket.next(), await socket.next(), await socket.next()];

      expect(frames).toMatchObject([
        { type: 'welcome', client: 'tab-1', connection: expect.any(String) as string },
        { type: 'subscribed', channels: [channel] },
        { type: 'reset', channels: [channel], reason: 'invalid' },
      ]);
    });

    it('name a client that has no key', async () => {
      await using one = await wire();
      await using other = await wire();

      const [first, second] = [await one.nextOf('welcome'), await other.nextOf('welcome')];

      expect(first.client).not.toBe('');
      expect(first.client).not.toBe(second.client);
    });

    it('carry the ref of what they answer, a number or a string', async () => {
      const channel = uniqueChannel();
      await using socket = await wire();

      socket.send({ type: 'subscribe', channels: [channel], ref: 7 });
      expect(await socket.nextOf('subscribed')).toMatchObject({ ref: 7, channels: [channel] });
      socket.send({ type: 'publish', channel, data: 1, ref: 'p-1' });
      expect(await socket.nextOf('ack')).toMatchObject({ ref: 'p-1' });
      socket.send({ type: 'unsubscribe', channels: [channel], ref: 'u-1' });
      expect(await socket.nextOf('unsubscribed')).toMatchObject({ ref: 'u-1', channels: [channel] });
      socket.send({ type: 'ping', ref: 9 });
      expect(await socket.nextOf('pong')).toMatchObject({ ref: 9 });
    });

    it('say of a repeated publication that it is one', async () => {
      const channel = uniqueChannel();
      await using socket = await wire();
      const publish = { type: 'publish', channel, data: 1, idempotencyKey: uniqueChannel('key') } as const;

      socket.send(publish);
      const first = await socket.nextOf('ack');
      socket.send({ ...publish, ref: 2 });

      expect(first).toEqual({ type: 'ack', id: first.id });
      expect(await socket.nextOf('ack')).toEqual({ ...first, ref: 2, duplicate: true });
      socket.send({ ...publish, idempotencyKey: 'two words' });
      expect(await socket.nextOf('error')).toMatchObject({ code: 'invalid_request' });
    });

    it('cancel and end a channel', async () => {
      const channel = uniqueChannel();
      await using reader = await wire(`?channel=${channel}`);
      await using socket = await wire();

      socket.send({ type: 'cancel', channel, ref: 1 });
      expect(await socket.nextOf('error')).toMatchObject({ ref: 1, code: 'not_found' });
      socket.send({ type: 'publish', channel, data: 1 });
      await socket.nextOf('ack');
      socket.send({ type: 'cancel', channel, ref: 2 });
      const { id } = await socket.nextOf('ack');
      socket.send({ type: 'cancel', channel, ref: 3 });
      expect(await socket.nextOf('ack')).toEqual({ type: 'ack', ref: 3, id, duplicate: true });
      socket.send({ type: 'publish', channel, end: true, ref: 4 });
      await socket.nextOf('ack');
      const messages = [await reader.nextOf('message'), await reader.nextOf('message'), await reader.nextOf('message')];
      expect(messages).toMatchObject([
        { data: 1 },
        { id, event: 'tetracast:cancel', data: null },
        { event: 'tetracast:end', data: null },
      ]);
      socket.send({ type: 'publish', channel, end: true, event: 'price', ref: 5 });
      expect(await socket.nextOf('error')).toMatchObject({ ref: 5, code: 'invalid_frame' });
    });

    it('add a channel to those of the URL, and take one away', async () => {
      const [red, green, blue] = [uniqueChannel('red'), uniqueChannel('green'), uniqueChannel('blue')];
      await using publisher = await open(context, { channels: [uniqueChannel()] });
      await using socket = await wire(`?channel=${red},${green}`);
      await socket.nextOf('subscribed');
      socket.send({ type: 'subscribe', channels: [blue] });
      await socket.nextOf('subscribed');
      socket.send({ type: 'unsubscribe', channels: [red] });
      await socket.nextOf('unsubscribed');

      for (const channel of [red, green, blue]) await publisher.publish({ channel, data: 'x' });

      expect((await socket.nextOf('message')).channel).toBe(green);
      expect((await socket.nextOf('message')).channel).toBe(blue);
    });

    it('replay for a channel that is added with a start', async () => {
      const channel = uniqueChannel();
      await using publisher = await open(context, { channels: [uniqueChannel()] });
      const { id } = await publisher.publish({ channel, data: 'one' });
      await publisher.publish({ channel, data: 'two' });
      await using socket = await wire(`?channel=${uniqueChannel()}`);

      socket.send({ type: 'subscribe', channels: [channel], after: id });

      expect((await socket.nextOf('message')).data).toBe('two');
    });

    it('speak tetracast.v1 when the client offers it', async () => {
      await using socket = await wire('', ['other', 'tetracast.v1']);

      expect(socket.socket.protocol).toBe('tetracast.v1');
    });
  });

  describe('bad frames', () => {
    it.each<[string, string, ErrorCode]>([
      ['text that is no JSON', '{"type":', 'invalid_frame'],
      ['JSON that is no object', '[1]', 'invalid_frame'],
      ['an unknown type', '{"type":"dance"}', 'invalid_frame'],
      ['a type of every object', '{"type":"constructor"}', 'invalid_frame'],
      ['no type', '{"channels":["a"]}', 'invalid_frame'],
      ['a subscription to nothing', '{"type":"subscribe","channels":[]}', 'invalid_frame'],
      ['a subscription to a bad name', '{"type":"subscribe","channels":["$a"]}', 'invalid_channel'],
      ['a message without data', '{"type":"publish","channel":"a"}', 'invalid_frame'],
    ])('are answered, not cut: %s', async (_, frame, code) => {
      await using socket = await wire();

      socket.send(frame);

      expect(await socket.nextOf('error')).toMatchObject({ code, message: expect.any(String) as string });
      socket.send({ type: 'ping' });
      expect(await socket.nextOf('pong')).toEqual({ type: 'pong' });
    });

    it('carry their ref in the error', async () => {
      await using socket = await wire();

      socket.send({ type: 'publish', channel: 'two words', data: 1, ref: 'bad' });

      expect(await socket.nextOf('error')).toMatchObject({ ref: 'bad', code: 'invalid_channel' });
    });

    it('are cut with 1009 when they are far too large', async () => {
      await using socket = await wire();

      socket.send({ type: 'publish', channel: uniqueChannel(), data: 'x'.repeat(2 ** 22) });

      expect((await socket.closed).code).toBe(1009);
    });
  });
}
