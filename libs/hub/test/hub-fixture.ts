import { NOW, type Start } from '@tetracast/message-model';
import { type Connection, Hub, type HubOptions } from '../src';
import type { Bus } from '@tetracast/bus';
import { FaultyBus } from '@tetracast/bus/testing';
import { RecordingSink } from './recording-sink';

/** A hub over a bus, by default a faulty one in memory, and what a test needs to publish to it and listen. */
export class HubFixture<B extends Bus = FaultyBus> implements AsyncDisposable {
  readonly hub: Hub;

  constructor(
    options: HubOptions = {},
    readonly bus: B = new FaultyBus() as Bus as B,
  ) {
    this.hub = new Hub(bus, options);
  }

  async publish(channel: string, data: unknown, more: { client?: string; echo?: boolean } = {}): Promise<string> {
    const publication = { channel, event: 'message', data: JSON.stringify(data), echo: true, ...more };
    return (await this.hub.publish(publication)).id;
  }

  async publishAll(channel: string, from: number, to: number): Promise<string[]> {
    const ids: string[] = [];
    for (let n = from; n <= to; n++) ids.push(await this.publish(channel, n));
    return ids;
  }

  async join(
    channels: string[],
    start: Start = NOW,
    { sink = new RecordingSink(), client }: { sink?: RecordingSink; client?: string } = {},
  ): Promise<{ sink: RecordingSink; connection: Connection; cursor: string }> {
    const connection = this.hub.connect(sink, client);
    let cursor = '';
    await connection.subscribe(channels, start, (at) => {
      cursor = at;
    });
    await connection.whenCaughtUp();
    return { sink, connection, cursor };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.hub.close();
    await this.bus.close();
  }
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

/** The end of this turn of the event loop, when the hub has written what came in. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => setImmediate(resolve));
  });
}
