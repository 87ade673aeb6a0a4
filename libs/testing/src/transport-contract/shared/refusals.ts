import { type ErrorCode, RESERVED_EVENTS } from '@tetracast/message-model';
import type { PublishOptions, TransportClient } from '../../drivers/index';
import { type ContractContext, open, refusalBy, uniqueChannel, words } from '../contract-context';

/** With its quotes one byte more than may be. */
const TOO_MUCH = 'x'.repeat(65_535);

/** Bad inputs and the code of their refusal; a row without `channel` gets one. */
const PUBLICATIONS: readonly (readonly [string, Partial<PublishOptions>, ErrorCode])[] = [
  ['a channel with a space', { channel: 'two words' }, 'invalid_channel'],
  ['a channel of ours', { channel: '$tetracast' }, 'invalid_channel'],
  ['an empty channel', { channel: '' }, 'invalid_channel'],
  ['a channel with a line end', { channel: 'a\nb' }, 'invalid_channel'],
  ['a channel of 201 bytes', { channel: 'c'.repeat(201) }, 'invalid_channel'],
  ['a channel not in normal form C', { channel: 'e\u0301' }, 'invalid_channel'],
  ['an event with a space', { event: 'two words' }, 'invalid_event'],
  ['an event with a line end', { event: 'a\ndata: b' }, 'invalid_event'],
  ['an event of 65 characters', { event: 'e'.repeat(65) }, 'invalid_event'],
  ['an event of ours', { event: 'tetracast:reset' }, 'invalid_event'],
  ...[...RESERVED_EVENTS].map((event) => [`the reserved event ${event}`, { event }, 'invalid_event'] as const),
  ['more than 64 KiB of data', { data: TOO_MUCH }, 'message_too_large'],
];

/** The server refuses bad input with its code, and other clients notice nothing. */
export function testRefusals(context: ContractContext): void {
  const { driver } = context;

  describe('refusals', () => {
    const channel = uniqueChannel();
    let publisher: TransportClient;
    let witness: TransportClient;

    beforeAll(async () => {
      witness = await open(context, { channels: [channel] });
      publisher = await open(context, { channels: [uniqueChannel()] });
    });

    afterAll(async () => {
      await publisher.close();
      await witness.close();
    });

    const expectStillServed = async (): Promise<void> => {
      const { id } = await publisher.publish({ channel, data: 'still here' });
      expect(await witness.next()).toMatchObject([{ id, data: 'still here' }]);
    };

    it.each(PUBLICATIONS)('refuses to publish %s', async (_, publication, code) => {
      await expect(publisher.publish({ channel, data: 'x', ...publication })).rejects.toMatchObject({ code });
      await expectStillServed();
    });

    it.each<[string, string[], ErrorCode]>([
      ['a channel with a space', ['two words'], 'invalid_channel'],
      ['a channel of ours', [uniqueChannel(), '$tetracast'], 'invalid_channel'],
      ['101 channels', words(101, uniqueChannel()), 'too_many_channels'],
    ])('refuses to subscribe to %s', async (_, channels, code) => {
      const refused = driver.open(context.url(), { channels });

      await expect(refused).rejects.toMatchObject(refusalBy(driver, code));
      await expectStillServed();
    });

    it('takes 100 channels', async () => {
      const channels = words(100, uniqueChannel());
      await using client = await open(context, { channels });

      await client.publish({ channel: channels[99] ?? '', data: 'the last of them' });

      expect((await client.next())[0]?.data).toBe('the last of them');
    });
  });
}
