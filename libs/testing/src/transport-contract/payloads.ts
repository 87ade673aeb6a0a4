import type { PublishOptions, TransportClient } from '../drivers';
import { AWKWARD_STRINGS, AWKWARD_VALUES } from './awkward-payloads';
import { type ContractContext, open, publishAny, uniqueChannel } from './contract-context';

/** Whatever JSON can say arrives as it was said. */
export function testPayloads(context: ContractContext): void {
  describe('payloads', () => {
    it('carries awkward strings unchanged', async () => {
      await expectCarried(context, AWKWARD_STRINGS, (client, publication) => client.publish(publication));
    });

    if (context.driver.flags.dataOnly !== true) {
      it('carries awkward JSON unchanged', async () => {
        await expectCarried(context, AWKWARD_VALUES, (client, publication) => publishAny(context, client, publication));
      });
    }

    it('carries a message of exactly 64 KiB', async () => {
      const channel = uniqueChannel();
      // With its quotes as JSON text.
      const data = 'é'.repeat(32_767);
      await using client = await open(context, { channels: [channel] });

      await client.publish({ channel, data });

      expect((await client.next())[0]?.data).toBe(data);
    });
  });
}

async function expectCarried(
  context: ContractContext,
  payloads: Readonly<Record<string, unknown>>,
  publish: (client: TransportClient, publication: PublishOptions) => Promise<unknown>,
): Promise<void> {
  const channel = uniqueChannel();
  await using client = await open(context, { channels: [channel] });

  for (const data of Object.values(payloads)) await publish(client, { channel, data });

  const names = Object.keys(payloads);
  const received = (await client.next(names.length)).map(({ data }) => data);
  // As text: toEqual would take -0, undefined or a changed order of members for equal.
  const asText = (values: readonly unknown[]): string[][] =>
    values.map((value, index) => [names[index] ?? '', JSON.stringify(value)]);
  expect(asText(received)).toEqual(asText(Object.values(payloads)));
}
