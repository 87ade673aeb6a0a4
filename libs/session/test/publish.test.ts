import { Permissions, readClaims } from '@tetracast/access';
import { MemoryBus, type Publication } from '@tetracast/bus';
import { Hub } from '@tetracast/hub';
import { CodedError, type ErrorCode } from '@tetracast/message-model';
import { publish, type PublishContext } from '../src/publish';
import { sessionSettings } from './session-settings';

function createTarget(changed: Parameters<typeof sessionSettings>[0] = {}): {
  readonly stored: Publication[];
  readonly send: (body: unknown, context?: Partial<PublishContext>) => ReturnType<typeof publish>;
} & AsyncDisposable {
  const bus = new MemoryBus({ retention: { size: 10, ttlMs: 60_000 } });
  const hub = new Hub(bus);
  const append = jest.spyOn(bus, 'append');
  return {
    get stored() {
      return append.mock.calls.map(([publication]) => publication);
    },
    send: (body, context) =>
      publish({ settings: sessionSettings(changed), hub }, body, {
        permissions: Permissions.anonymous([], ['*']),
        ...context,
      }),
    [Symbol.asyncDispose]: async () => {
      hub.close();
      await bus.close();
    },
  };
}

async function expectRefused(attempt: Promise<unknown>, code: ErrorCode): Promise<void> {
  const error: unknown = await attempt.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(CodedError);
  expect((error as CodedError).code).toBe(code);
}

describe('publish', () => {
  it('stores the data as JSON text, with the defaults', async () => {
    await using target = createTarget();

    const published = await target.send({ channel: 'news', data: { a: [1, 'é'] } });

    expect(published).toEqual({ id: expect.any(String) as string, channel: 'news', duplicate: false });
    expect(target.stored).toEqual([{ channel: 'news', event: 'message', data: '{"a":[1,"é"]}', echo: true }]);
  });

  it('stores all that a publication may say', async () => {
    await using target = createTarget();

    await target.send(
      { channel: 'news', event: 'price', data: null, echo: false, client: 'tab-1' },
      {
        idempotencyKey: 'k',
        permissions: Permissions.of(readClaims({ sub: 'ann', tetracast: { publish: ['news'] } })),
      },
    );

    expect(target.stored).toEqual([
      {
        channel: 'news',
        event: 'price',
        data: 'null',
        echo: false,
        client: 'tab-1',
        idempotencyKey: 'k',
        user: 'ann',
        idempotencyOwner: 'user:ann',
      },
    ]);
  });

  it("takes the line's client key for that of the publisher", async () => {
    await using target = createTarget();

    await target.send({ channel: 'news', data: 1, client: 'said' }, { client: 'known' });

    expect(target.stored[0]?.client).toBe('known');
  });

  it('stores nothing that the publisher may not publish', async () => {
    await using target = createTarget();
    const permissions = Permissions.of(readClaims({ sub: 'ann', tetracast: { publish: ['other'] } }));

    await expectRefused(target.send({ channel: 'news', data: 1 }, { permissions }), 'forbidden');
    await expectRefused(
      target.send({ channel: 'news', data: 1 }, { permissions: Permissions.anonymous(['*'], []) }),
      'unauthorized',
    );
    expect(target.stored).toEqual([]);
  });

  it('tells a repeated key', async () => {
    await using target = createTarget();

    const first = await target.send({ channel: 'news', data: 1 }, { idempotencyKey: 'k' });
    const again = await target.send({ channel: 'news', data: 2 }, { idempotencyKey: 'k' });

    expect(again).toEqual({ ...first, duplicate: true });
  });

  it.each<[string, unknown]>([
    ['any JSON is data: null', null],
    ['false', false],
    ['0', 0],
    ['an empty string', ''],
    ['a name of every object', JSON.parse('{"__proto__":1,"constructor":{"prototype":2}}')],
    ['a lone surrogate', '\ud800'],
  ])('%s', async (_, data) => {
    await using target = createTarget();

    await target.send({ channel: 'news', data });

    expect(target.stored[0]?.data).toBe(JSON.stringify(data));
  });

  it.each<[string, unknown, ErrorCode]>([
    ['nothing', undefined, 'invalid_message'],
    ['null', null, 'invalid_message'],
    ['a string', 'hello', 'invalid_message'],
    ['a list', [{ channel: 'news', data: 1 }], 'invalid_message'],
    ['no channel', { data: 1 }, 'invalid_channel'],
    ['a channel that is none', { channel: 'two words', data: 1 }, 'invalid_channel'],
    ['a channel of ours', { channel: '$own', data: 1 }, 'invalid_channel'],
    ['a channel that is no string', { channel: 5, data: 1 }, 'invalid_channel'],
    ['two channels', { channel: ['a', 'b'], data: 1 }, 'invalid_channel'],
    ['no data', { channel: 'news' }, 'invalid_message'],
    ['a number no double can hold', JSON.parse('{"channel":"news","data":[1e400]}'), 'invalid_message'],
    ['an event that is none', { channel: 'news', event: 'two words', data: 1 }, 'invalid_event'],
    ['a reserved event', { channel: 'news', event: 'connect', data: 1 }, 'invalid_event'],
    ['an event of ours', { channel: 'news', event: 'tetracast:reset', data: 1 }, 'invalid_event'],
    ['an empty event', { channel: 'news', event: '', data: 1 }, 'invalid_event'],
    ['an echo that is no boolean', { channel: 'news', data: 1, echo: 'false' }, 'invalid_message'],
    ['a client key that is none', { channel: 'news', data: 1, client: 'two words' }, 'invalid_message'],
  ])('refuses %s', async (_, body, code) => {
    await using target = createTarget();

    await expectRefused(target.send(body), code);
    expect(target.stored).toEqual([]);
  });

  describe('the greatest message', () => {
    // Two bytes are the quotes around the text.
    it.each([
      ['ASCII', 'x'.repeat(65_534)],
      ['two bytes a letter', 'é'.repeat(32_767)],
      ['four bytes a letter', `${'👍'.repeat(16_383)}xx`],
      ['escapes', '\n'.repeat(32_767)],
    ])('is exactly 64 KiB of JSON: %s', async (_, data) => {
      await using target = createTarget();

      await target.send({ channel: 'news', data });
      await expectRefused(target.send({ channel: 'news', data: `${data}x` }), 'message_too_large');

      expect(Buffer.byteLength(target.stored[0]?.data ?? '')).toBe(65_536);
    });

    it('is what MAX_MESSAGE_BYTES says', async () => {
      await using target = createTarget({ maxMessageBytes: 4 });

      await target.send({ channel: 'news', data: 1234 });
      await expectRefused(target.send({ channel: 'news', data: 12345 }), 'message_too_large');
    });

    it('nests as deep as maxDataDepth says', async () => {
      await using target = createTarget({ maxDataDepth: 3 });

      await target.send({ channel: 'news', data: [{ a: [1] }] });
      await expectRefused(target.send({ channel: 'news', data: [{ a: [{}] }] }), 'invalid_message');
    });

    it('does not nest deeper than can be written', async () => {
      await using target = createTarget();
      let data: unknown = [];
      for (let depth = 0; depth < 30_000; depth++) data = [data];

      await expectRefused(target.send({ channel: 'news', data }), 'invalid_message');
    });
  });

  describe('an idempotency key', () => {
    const of = (sub: string): Permissions => Permissions.of(readClaims({ sub, tetracast: { publish: ['news'] } }));

    it.each<[string, Partial<PublishContext>, Partial<PublishContext>, boolean]>([
      ['of two users is two keys', { permissions: of('ann') }, { permissions: of('bob') }, false],
      [
        'of a user is one key for all clients',
        { permissions: of('ann'), client: 'a' },
        { permissions: of('ann') },
        true,
      ],
      ['of two clients is two keys', { client: 'a' }, { client: 'b' }, false],
      ['of one client is one key', { client: 'a' }, { client: 'a' }, true],
      ['of a client is not that of a user of its name', { client: 'ann' }, { permissions: of('ann') }, false],
      ['of nobody is one key', {}, {}, true],
      [
        'does not belong to a client key that the server made up',
        { client: 'made-up-1', isClientMadeUp: true },
        { client: 'made-up-2', isClientMadeUp: true },
        true,
      ],
    ])('%s', async (_, first, second, duplicate) => {
      await using target = createTarget();
      const idempotencyKey = 'k';

      await target.send({ channel: 'news', data: 1 }, { ...first, idempotencyKey });

      expect(await target.send({ channel: 'news', data: 2 }, { ...second, idempotencyKey })).toMatchObject({
        duplicate,
      });
    });

    it('may be a member of the publication, and so may the client it belongs to; what came beside it wins', async () => {
      await using target = createTarget();
      const send = (client: string, idempotencyKey: string, context = {}): Promise<unknown> =>
        target.send({ channel: 'news', data: 1, client, idempotencyKey }, context);

      await send('a', 'k');

      expect(await send('a', 'k')).toMatchObject({ duplicate: true });
      expect(await send('b', 'k')).toMatchObject({ duplicate: false });
      expect(await send('a', 'other', { idempotencyKey: 'k' })).toMatchObject({ duplicate: true });
      await expectRefused(send('a', 'two words'), 'invalid_request');
    });

    it.each(['k', '!', '~', '"uuid"', 'k'.repeat(200)])('may be %s', async (idempotencyKey) => {
      await using target = createTarget();

      expect((await target.send({ channel: 'news', data: 1 }, { idempotencyKey })).duplicate).toBe(false);
    });

    it.each(['', ' ', 'two words', 'k'.repeat(201), 'ü', 'a\n', '\u007f'])(
      'may not be "%s"',
      async (idempotencyKey) => {
        await using target = createTarget();

        await expectRefused(target.send({ channel: 'news', data: 1 }, { idempotencyKey }), 'invalid_request');
        expect(target.stored).toEqual([]);
      },
    );
  });
});
