import { publishJson, type TransportClient } from '../../drivers/index';
import { type ContractContext, itOnItsOwnServer, type TransportUnderTest, uniqueChannel } from '../contract-context';
import { request } from '../single/http-requests';

const FILLER = 'x'.repeat(60_000);
/** More messages than the process keeps in memory: a megabyte, of which each takes 60 000 bytes. */
const HISTORY_SIZE = 25;
/** More than the history: a client that has read none of them misses some. */
const STRETCH = HISTORY_SIZE + 5;

/** A client that reads nothing for a while gets a reset on its connection. */
export function testSlowReaders(context: ContractContext): void {
  const { driver } = context;

  describe('a reader that takes nothing', () => {
    itOnItsOwnServer(
      context,
      'until the history has moved on gets a reset trimmed on its connection, and what is left',
      { HISTORY_SIZE: String(HISTORY_SIZE) },
      async (service) => {
        const channel = uniqueChannel();
        await using publisher = await driver.open(service.url, { channels: [uniqueChannel()] });
        await using client = await driver.open(service.url, { channels: [channel] });

        let count = 0;
        await client.stall(async () => {
          count = await publishUntilStuck(context, service, publisher, channel);
        });
        const numbers = await numbersUntil(client, count);

        const taken = numbers.length - HISTORY_SIZE;
        expect(numbers).toEqual([...range(1, taken), ...range(count - HISTORY_SIZE + 1, count)]);
        expect(client.resets).toMatchObject([{ reason: 'trimmed', channels: [channel] }]);
      },
    );
  });
}

/** The server closes a connection whose client reads nothing for too long; no message is lost. */
export function testStalledLine(context: ContractContext): void {
  const { driver } = context;

  describe(`a connection of ${driver.name} that reads nothing`, () => {
    itOnItsOwnServer(
      context,
      'for four heartbeats is cut; its client comes back by itself and misses nothing',
      { HISTORY_SIZE: '10000', HEARTBEAT_INTERVAL: '1s' },
      async (service) => {
        const channel = uniqueChannel();
        await using publisher = await driver.open(service.url, { channels: [uniqueChannel()] });
        await using client = await driver.open(service.url, { channels: [channel] });
        const connections = (): Promise<number> => metric(service.url, 'tetracast_connections');
        const before = await connections();

        let count = 0;
        await client.stall(async () => {
          count = await publishUntilStuck(context, service, publisher, channel);
          while ((await connections()) === before);
        });

        expect(await numbersUntil(client, count)).toEqual(range(1, count));
        expect(client.resets).toEqual([]);
      },
    );
  });
}

/**
 * Publishes numbers until the service hands none over any more for two stretches: in one alone the kernel may just be about
 * to take some more. Resolves to how many there were.
 */
async function publishUntilStuck(
  { driver: { flags, path } }: ContractContext,
  { url }: TransportUnderTest,
  publisher: TransportClient,
  channel: string,
): Promise<number> {
  let count = 0;
  let handedOver = -1;
  let quiet = 0;
  for (;;) {
    for (let left = STRETCH; left > 0; left--) {
      const publication = { channel, data: `${++count} ${FILLER}` };
      await (flags.publishesOverHttp === true ? publishJson(url + path, publication) : publisher.publish(publication));
    }
    const now = await metric(url, 'tetracast_delivered_total');
    quiet = now === handedOver ? quiet + 1 : 0;
    if (quiet === 2) return count;
    handedOver = now;
  }
}

async function numbersUntil(client: TransportClient, last: number): Promise<number[]> {
  const numbers: number[] = [];
  while (numbers.at(-1) !== last)
    for (const { data } of await client.next()) numbers.push(Number.parseInt(String(data)));
  return numbers;
}

async function metric(url: string, name: string): Promise<number> {
  const { text } = await request(`${url}/metrics`);
  return Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1]);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}
