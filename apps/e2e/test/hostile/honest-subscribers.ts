import {
  pollingFetch,
  socketioWebSocket,
  sseFetch,
  type TransportClient,
  type TransportDriver,
  uniqueChannel,
  websocketByUrl,
} from '@tetracast/testing';
import { setTimeout as delay } from 'node:timers/promises';

/** How often something is published to them, in ms. */
const TICK_MS = 40;

/** One on each transport. */
const DRIVERS = [pollingFetch, sseFetch, websocketByUrl, socketioWebSocket];

export const HONEST_COUNT = DRIVERS.length;

/** Clients that do nothing wrong, to whom one of them publishes all the time. */
export class HonestSubscribers {
  private stopped = false;
  private count = 0;
  private expected = 0;
  private readonly publishing: Promise<void>;

  private constructor(
    readonly channel: string,
    private readonly clients: readonly TransportClient[],
  ) {
    this.publishing = this.publishOn();
    // expectAll rejects with it.
    this.publishing.catch(() => undefined);
  }

  static async connect(url: string, drivers: readonly TransportDriver[] = DRIVERS): Promise<HonestSubscribers> {
    const channel = uniqueChannel('honest');
    const clients = await Promise.all(drivers.map((driver) => driver.open(url, { channels: [channel] })));
    return new HonestSubscribers(channel, clients);
  }

  /** The next `count` messages that are published reach each of them, in order, and none receives a reset. */
  async expectMore(count: number): Promise<void> {
    const wanted = Array.from({ length: count }, (_, index) => this.expected + index);
    this.expected += count;
    for (const client of this.clients) {
      await expectNext(client, wanted);
    }
  }

  /** Publishes no more; each of them has everything that was published. */
  async expectAll(): Promise<void> {
    this.stopped = true;
    await this.publishing;
    await this.expectMore(this.count - this.expected);
  }

  async close(): Promise<void> {
    this.stopped = true;
    await this.publishing.catch(() => undefined);
    await Promise.all(this.clients.map((client) => client.close()));
  }

  private async publishOn(): Promise<void> {
    while (!this.stopped) {
      const publisher = this.clients[this.count % this.clients.length];
      await publisher?.publish({ channel: this.channel, data: this.count });
      this.count++;
      await delay(TICK_MS);
    }
  }
}

async function expectNext(client: TransportClient, wanted: readonly number[]): Promise<void> {
  const messages = await client.next(wanted.length);
  expect(messages.map(({ data }) => data)).toEqual(wanted);
  expect(client.resets).toEqual([]);
}
