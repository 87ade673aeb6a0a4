import { openPlainWire, openWebSocketWire, type PlainWire, type WireClose } from '../../drivers/index';
import { type ContractContext, itOnItsOwnServer, open, uniqueChannel, words } from '../contract-context';

/** What a plain WebSocket has: the data of messages alone, a text for each publication, and close codes for all else. */
export function testPlainWebSocket(context: ContractContext): void {
  const openPlain = (query: string, url = context.url()): Promise<PlainWire> =>
    openPlainWire(`${url}/ws?format=data&${query}`);
  const closeOf = async (query: string): Promise<WireClose> => {
    await using wire = await openPlain(query);
    return await wire.closed;
  };

  describe('delivery', () => {
    it('hands its own message to a publisher that also subscribes', async () => {
      const channel = uniqueChannel();
      await using client = await open(context, { channels: [channel] });

      await client.publish({ channel, data: 'mine' });

      expect(await client.next()).toMatchObject([{ data: 'mine' }]);
    });

    it('hands over 200 texts sent at once, in their order, to every subscriber', async () => {
      const channel = uniqueChannel();
      await using one = await openPlain(`channel=${channel}`);
      await using other = await openPlain(`channel=${channel}`);

      for (const text of words(200)) one.send(text);

      for (const wire of [one, other]) {
        while (wire.texts.length < 200) await wire.next();
        expect(wire.texts).toEqual(words(200));
      }
    });

    it('carries what is no string as its JSON, whatever its event', async () => {
      const channel = uniqueChannel();
      await using publisher = await publisherOf(context.url());
      await using wire = await openPlain(`channel=${channel}`);

      await publisher.publish({ channel, event: 'price', data: { eur: [42, null] } });

      expect(await wire.next()).toBe('{"eur":[42,null]}');
    });
  });

  describe('echo', () => {
    it('keeps a message from the connections of its publisher, and only from them', async () => {
      const channel = uniqueChannel();
      await using publisher = await publisherOf(context.url(), 'tab-1');
      await using sameKey = await openPlain(`channel=${channel}&client=tab-1`);
      await using otherKey = await openPlain(`channel=${channel}&client=tab-2`);

      await publisher.publish({ channel, data: 'for others', echo: false });
      await publisher.publish({ channel, data: 'for all' });

      expect(await sameKey.next()).toBe('for all');
      expect([await otherKey.next(), await otherKey.next()]).toEqual(['for others', 'for all']);
    });
  });

  describe('starts', () => {
    it.each([
      ['after=earliest', words(4)],
      ['rewind=2', ['word-3', 'word-4']],
      ['rewind=0', []],
    ])('%s begins where it does elsewhere', async (start, stored) => {
      const channel = uniqueChannel();
      await using publisher = await publisherOf(context.url());
      for (const data of words(4)) await publisher.publish({ channel, data });

      await using wire = await openPlain(`channel=${channel}&${start}`);
      wire.send('live');

      for (const text of [...stored, 'live']) expect(await wire.next()).toBe(text);
    });

    it('after=<cursor> brings only what follows it', async () => {
      const channel = uniqueChannel();
      await using publisher = await publisherOf(context.url());
      const id = await publisher.publish({ channel, data: 'before' });
      await publisher.publish({ channel, data: 'after' });

      await using wire = await openPlain(`channel=${channel}&after=${id}`);

      expect(await wire.next()).toBe('after');
    });
  });

  describe('resets', () => {
    it('close the connection with 4201, with the reason', async () => {
      expect(await closeOf(`channel=${uniqueChannel()}&after=no.such~cursor`)).toEqual({
        code: 4201,
        reason: 'messages may be missing: load again (invalid)',
      });
    });

    itOnItsOwnServer(
      context,
      'close it before anything that follows the gap',
      { HISTORY_SIZE: '5' },
      async ({ url }) => {
        await using publisher = await publisherOf(url);
        const first = await publisher.publish({ channel: 'a', data: 'word-0' });
        for (const data of words(8)) await publisher.publish({ channel: 'a', data });

        await using wire = await openPlain(`channel=a&after=${first}`, url);

        expect(await wire.closed).toMatchObject({ code: 4201, reason: expect.stringContaining('trimmed') as string });
        expect(wire.texts).toEqual([]);
      },
    );
  });

  describe('refusals', () => {
    it.each([
      ['no channel', 'client=a', '"channel" is missing: add ?channel=<name>'],
      ['two channels', 'channel=a,b', 'more than one "channel": name one with format=data'],
      ['a bad channel', 'channel=two%20words', 'not a channel name: "two words": use letters, digits and _.:@~-'],
      ['a bad rewind', 'channel=a&rewind=all', '"rewind" must be a whole number, 0 or more'],
    ])('of %s are a close with 4000, with the reason', async (_, query, reason) => {
      expect(await closeOf(query)).toEqual({ code: 4000, reason });
    });

    it('of another format are an error frame, as a URL without format=data has', async () => {
      await using wire = await openWebSocketWire(`${context.url()}/ws?format=xml`);

      expect(await wire.next()).toMatchObject({ type: 'error', code: 'invalid_request' });
      expect(await wire.closed).toMatchObject({ code: 4000 });
    });

    it.each<[string, string | Buffer, number]>([
      ['an auth frame', '{"type":"auth","token":"secret"}', 4000],
      ['an auth frame, written otherwise', ' {"ref":1,"type":"\\u0061uth","jwt":["secret"]}', 4000],
      ['a binary frame', Buffer.from('secret'), 4000],
      ['more than 64 KiB of data', 'x'.repeat(65_535), 1009],
    ])('of %s are a close, and it is not stored', async (_, text, code) => {
      const channel = uniqueChannel();
      await using wire = await openPlain(`channel=${channel}`);
      wire.send('before');
      wire.socket.send(text, { binary: typeof text !== 'string' });

      expect(await wire.closed).toMatchObject({ code, reason: expect.stringMatching(/./) as string });
      await using later = await openPlain(`channel=${channel}&after=earliest`);
      later.send('last');
      expect([await later.next(), await later.next()]).toEqual(['before', 'last']);
    });
  });
}

/** Publishes by JSON frames what a plain WebSocket cannot; resolves to the id. */
async function publisherOf(
  url: string,
  client = '',
): Promise<AsyncDisposable & { publish(publication: object): Promise<string> }> {
  const wire = await openWebSocketWire(`${url}/ws?client=${client}`);
  return {
    publish: async (publication) => {
      wire.send({ type: 'publish', ...publication });
      return (await wire.nextOf('ack')).id;
    },
    [Symbol.asyncDispose]: () => wire.close(),
  };
}
