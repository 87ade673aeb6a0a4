import { publishJson } from '../drivers';
import { AWKWARD_STRINGS, AWKWARD_VALUES } from './awkward-payloads';
import { type ContractContext, open, publishAll, uniqueChannel } from './contract-context';

/** Whatever JSON can say arrives as it was said. */
export function testPayloads(context: ContractContext): void {
  const { driver, url } = context;

  describe('payloads', () => {
    it('carries awkward strings unchanged', async () => {
      await expectCarried(context, AWKWARD_STRINGS, async (channel, data, publisher) => {
        await publishAll(publisher, channel, [data]);
      });
    });

    it('carries awkward JSON unchanged', async () => {
      await expectCarried(context, AWKWARD_VALUES, async (channel, data, publisher) => {
        if (driver.flags.publishesJson) await publishAll(publisher, channel, [data]);
        else await publishJson(url() + driver.path, { channel, data });
      });
    });

    it('carries a message of nearly 64 KiB', async () => {
      const channel = uniqueChannel();
      const data = 'é'.repeat(32_000);
      await using client = await open(context, { channels: [channel] });

      await client.publish({ channel, data });

      expect((await client.next())[0]?.data).toBe(data);
    });
  });
}

async function expectCarried(
  context: ContractContext,
  payloads: Readonly<Record<string, unknown>>,
  publish: (channel: string, data: unknown, publisher: Awaited<ReturnType<typeof open>>) => Promise<void>,
): Promise<void> {
  const channel = uniqueChannel();
  await using client = await open(context, { channels: [channel] });

  for (const data of Object.values(payloads)) await publish(channel, data, client);

  const names = Object.keys(payloads);
  const received = (await client.next(names.length)).map(({ data }) => data);
  // As text: toEqual would take -0, undefined or a changed order of members for equal.
  const asText = (values: readonly unknown[]): string[][] =>
    values.map((value, index) => [names[index] ?? '', JSON.stringify(value)]);
  expect(asText(received)).toEqual(asText(Object.values(payloads)));
}
