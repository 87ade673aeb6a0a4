import type { Runtime } from '@tetracast/node-io/runtime';
import type { Channel } from './channel';
import { JoinCollector } from './join-collector';
import type { Connection } from '../connection/connection';
import type { Subscription } from '../connection/subscription';

/** From this many readers on a fan-out takes longer than the message log takes to answer. */
const READERS_WORTH_WAITING = 64;

/** The longest wait for the message log. */
const WAIT_MAX_MS = 1;

/**
 * Delivers what has changed to its readers. Nearly all of the cost of a delivery is its write: about 3.5 µs in the kernel for any
 * number of messages. So this class decides when each reader gets a write, with as many messages in it as possible.
 *
 * - **Once a turn**: the messages of one turn of the event loop, in all channels, are one write for each reader. Readers at the
 *   same position get the same bytes ({@link Window.batchAfter}, {@link FramedEntry.frame}).
 * - **After the acknowledgements**: a publisher that has its acknowledgement sends the next message during this delivery.
 *   The other way round publishers form two groups that wait for each other: 4 of them, in memory, had 2.2 messages in a write
 *   instead of 3.8.
 * - **Together with pending appends**: with Redis two groups form all the same, when two messages are being stored while two
 *   others are announced: 3.1 to 3.9 messages in a write, but always 3.9 with this rule. It waits for the pending appends, at
 *   most {@link WAIT_MAX_MS}.
 * - **Joins and leaves later**, if they go to many readers: see {@link JoinCollector}.
 *
 * Figures: docs/performance.md.
 */
export class FanOut {
  private dirty = new Set<Channel>();
  private scheduled = false;
  private sent = 0;
  private answered = 0;
  private delayed: { readonly until: number; readonly timer: NodeJS.Timeout } | undefined;
  private readonly joins: JoinCollector;

  /** @param windowMs how long to collect instead; 0: as described above */
  constructor(
    private readonly windowMs: number,
    private readonly runtime: Runtime,
  ) {
    this.joins = new JoinCollector(runtime, deliver);
  }

  /** The channel has a new message for its readers, or more after a gap. */
  add(channel: Channel): void {
    if (channel.isCompanion && this.joins.collect(channel)) return;
    this.dirty.add(channel);
    if (this.scheduled) return;
    this.scheduled = true;
    if (this.windowMs > 0) this.runtime.setTimeout(this.run, this.windowMs);
    else this.afterAnswers(this.endTurn);
  }

  /** This process has sent an append; {@link appendAnswered} follows, also when it fails. */
  appendSent(): void {
    this.sent++;
  }

  appendAnswered(): void {
    this.answered++;
    if (this.delayed === undefined || this.answered < this.delayed.until) return;
    this.runtime.clearTimeout(this.delayed.timer);
    this.delayed = undefined;
    this.afterAnswers(this.run);
  }

  /** Delivers now, also what is collected. */
  flush(): void {
    for (const channel of this.joins.takeAll()) this.dirty.add(channel);
    this.deliverDirty();
  }

  private deliverDirty(): void {
    const { dirty } = this;
    this.dirty = new Set();
    const [only] = dirty;
    if (only !== undefined && dirty.size === 1) {
      deliver(only);
      return;
    }
    forwardAll(dirty);
    for (const channel of dirty) channel.window.endTurn();
  }

  /** Runs `task` at the end of this turn of the event loop, after its acknowledgements. */
  private afterAnswers(task: () => void): void {
    // The acknowledgement is some promises away; the next tick comes after all of those.
    queueMicrotask(() => process.nextTick(() => this.runtime.setImmediate(task)));
  }

  private readonly endTurn = (): void => {
    if (this.sent === this.answered || countReaders(this.dirty) < READERS_WORTH_WAITING) {
      this.run();
      return;
    }
    const timer = this.runtime.setTimeout(() => {
      this.delayed = undefined;
      this.run();
    }, WAIT_MAX_MS);
    this.delayed = { until: this.sent, timer };
  };

  private readonly run = (): void => {
    this.scheduled = false;
    this.deliverDirty();
  };
}

function countReaders(channels: Iterable<Channel>): number {
  let count = 0;
  for (const { subscriptions } of channels) count += subscriptions.size;
  return count;
}

// In turn, nothing more: a first look at the objects of 16 sockets, to prefetch them, gained nothing with 10 000 readers.
function deliver({ subscriptions, window }: Channel): void {
  for (const subscription of subscriptions) subscription.connection.forward(subscription);
  window.endTurn();
}

/** A reader of several channels gets the messages of all in one write, in the order of the log. */
function forwardAll(channels: Iterable<Channel>): void {
  const readers = new Map<Connection, Subscription | undefined>();
  for (const { subscriptions } of channels) {
    for (const subscription of subscriptions) {
      const { connection } = subscription;
      readers.set(connection, readers.has(connection) ? undefined : subscription);
    }
  }
  for (const [connection, only] of readers) {
    if (only === undefined) connection.forwardAll();
    else connection.forward(only);
  }
}
