import type { Moment } from '../src';

/** One message; `at` is real time, which no program knows, and `time` that of its partition's clock. */
export interface Stored {
  readonly partition: number;
  readonly channel: string;
  readonly seq: number;
  readonly at: number;
  readonly time: number;
}

/** A message log of several partitions as one would write it down. Channel `<n>:…` is in partition n. */
export class PartitionedLog {
  readonly messages: Stored[] = [];
  private at = 1_700_000_000_000;

  /** @param clocks how far the clock of each partition is ahead of real time, in ms */
  constructor(private readonly clocks: readonly number[]) {}

  get epochs(): string[] {
    return this.clocks.map((_, partition) => `Epoch${partition}`);
  }

  partitionOf(channel: string): number {
    return Number.parseInt(channel, 10) % this.clocks.length;
  }

  get now(): number {
    return this.at;
  }

  pass(ms: number): void {
    this.at += ms;
  }

  clockOf(partition: number): number {
    return this.at + (this.clocks[partition] ?? 0);
  }

  headOf(partition: number): number {
    return this.messages.findLast((message) => message.partition === partition)?.seq ?? 0;
  }

  append(channel: string): void {
    const partition = this.partitionOf(channel);
    const seq = this.headOf(partition) + 1;
    this.messages.push({ partition, channel, seq, at: this.at, time: this.clockOf(partition) });
  }
}

/** A subscriber, who has read each partition of its channels up to a position. */
export class Reader {
  readonly got: Stored[] = [];
  private readonly positions = new Map<number, number>();

  constructor(
    private readonly log: PartitionedLog,
    readonly channels: readonly string[],
    isBefore: (message: Stored) => boolean,
  ) {
    for (const channel of channels) {
      const partition = log.partitionOf(channel);
      const passed = log.messages.filter((message) => message.partition === partition && isBefore(message));
      this.positions.set(partition, passed.at(-1)?.seq ?? 0);
    }
  }

  /** Reads the next message of one of its partitions, if there is one. */
  step(partition: number): void {
    const position = this.positions.get(partition);
    if (position === undefined) return;
    const next = this.log.messages.find((message) => message.partition === partition && message.seq > position);
    if (next === undefined) return;
    this.positions.set(partition, next.seq);
    if (this.channels.includes(next.channel)) this.got.push(next);
  }

  readAll(): void {
    for (const partition of this.positions.keys())
      while (this.positions.get(partition) !== this.log.headOf(partition)) this.step(partition);
  }

  /** The moment it would resume from, with the clock of one of its partitions. */
  get moment(): Moment {
    const positions = [...this.positions].map(([partition, seq]) => ({ epoch: this.log.epochs[partition]!, seq }));
    return { positions, time: this.log.clockOf(this.log.partitionOf(this.channels[0]!)) };
  }
}
