import type { Channel } from './channel';
import type { Connection } from '../connection/connection';
import type { Subscription } from '../connection/subscription';

/** To so many readers a fan-out takes longer than the log takes to answer. */
const READERS_WORTH_WAITING = 64;

/** However long the log takes. */
const HELD_MS_MAX = 1;

/** Readers whose objects are fetched from memory side by side. */
const GROUP = 16;

/**
 * Hands what has changed to its readers. Nearly all that a delivery costs is its write, some 3.5 µs of the kernel's for any number of
 * messages: so what is decided here is who is written to when, for as many messages in a write as can be.
 *
 * - **Once a turn**: what came in during a turn of the event loop, in whatever channels, is one write for each reader. Those who
 *   stand at the same place get the same bytes ({@link Window.batchAfter}, {@link FramedEntry.frame}).
 * - **Behind the answers**: a publisher that has its acknowledgement sends the next message while this one goes out. The other
 *   way round publishers fall into two groups that wait for each other: with 4 of them, in memory, 2.2 messages in a write
 *   instead of 3.8.
 * - **With what is just being stored**: through Redis they fall into two groups all the same, when what two have sent is being
 *   stored while the messages of the other two are announced, and stay so: 3.1 to 3.9 messages in a write, where with this it
 *   is 3.9 always. It waits for what is under way then, and no longer than {@link HELD_MS_MAX}.
 * - **In groups that are looked at first**: the objects of 10 000 sockets no longer fit the processor's caches. It fetches those of
 *   a group side by side when it is shown them, instead of waiting for each in turn: 0.8 to 1 × the processor time of a delivery.
 *
 * Figures: docs/performance.md.
 */
export class FanOut {
  private dirty = new Set<Channel>();
  private scheduled = false;
  private sent = 0;
  private answered = 0;
  private delayed: { readonly until: number; readonly timer: NodeJS.Timeout } | undefined;

  /** @param windowMs how long to collect instead; 0: as said above */
  constructor(private readonly windowMs: number) {}

  /** The channel has news for its readers. */
  add(channel: Channel): void {
    this.dirty.add(channel);
    if (this.scheduled) return;
    this.scheduled = true;
    if (this.windowMs > 0) setTimeout(this.run, this.windowMs);
    else afterAnswers(this.endTurn);
  }

  /** This process has asked the log to store a message; {@link appendAnswered} follows, also when it fails. */
  appendSent(): void {
    this.sent++;
  }

  appendAnswered(): void {
    this.answered++;
    if (this.delayed === undefined || this.answered < this.delayed.until) return;
    clearTimeout(this.delayed.timer);
    this.delayed = undefined;
    afterAnswers(this.run);
  }

  /** Hands over now what there is. */
  flush(): void {
    const { dirty } = this;
    this.dirty = new Set();
    const [only] = dirty;
    if (only !== undefined && dirty.size === 1) forwardEach(only.subscriptions);
    else forwardAll(dirty);
    for (const channel of dirty) channel.window.endTurn();
  }

  private readonly endTurn = (): void => {
    if (this.sent === this.answered || countReaders(this.dirty) < READERS_WORTH_WAITING) {
      this.run();
      return;
    }
    const timer = setTimeout(() => {
      this.delayed = undefined;
      this.run();
    }, HELD_MS_MAX);
    this.delayed = { until: this.sent, timer };
  };

  private readonly run = (): void => {
    this.scheduled = false;
    this.flush();
  };
}

/** When this turn of the event loop is over, and behind what it answers. */
function afterAnswers(task: () => void): void {
  // The answer is some promises away; behind all of those comes the next tick.
  queueMicrotask(() => process.nextTick(setImmediate, task));
}

function countReaders(channels: Iterable<Channel>): number {
  let count = 0;
  for (const { subscriptions } of channels) count += subscriptions.size;
  return count;
}

/** What was seen of a group, kept so that the look is not left out. */
const seen = new Float64Array(GROUP);

/** Group by group: first a look at all of a group, then a write to each. */
function forwardEach(subscriptions: ReadonlySet<Subscription>): void {
  const group: Subscription[] = [];
  for (const subscription of subscriptions) {
    seen[group.length] = subscription.connection.sink.bytesPending ?? 0;
    if (group.push(subscription) === GROUP) forwardGroup(group);
  }
  forwardGroup(group);
}

function forwardGroup(group: Subscription[]): void {
  for (const subscription of group) subscription.connection.forward(subscription);
  group.length = 0;
}

/** Who reads several of the channels gets the news of all in one go, in the log's order. */
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
