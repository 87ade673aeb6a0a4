/** To so many readers a fan-out takes longer than the log takes to answer. */
const READERS_WORTH_WAITING = 64;

/** However long the log takes. */
const HELD_MS_MAX = 1;

/**
 * Decides when what has changed goes out to its readers: when the turn of the event loop is over, behind all that the turn
 * answers, and in one go with what this process is just storing. Nearly all that a delivery costs is the write, so that
 * publishers who wait for their acknowledgements should stay together: the messages of all in one write.
 *
 * - Behind the answers: a publisher that has its acknowledgement sends the next message while this one goes out. The other
 *   way round publishers fall into two groups that wait for each other: with 4 of them, in memory, 2.2 messages in a write
 *   instead of 3.8.
 * - With what is being stored: through Redis they fall into two groups all the same, when what two have sent is being stored
 *   while the messages of the other two are announced, and stay so: 3.1 to 3.9 messages in a write, where with this it is 3.9
 *   always. It waits for one answer of the log at the most, and no longer than {@link HELD_MS_MAX}.
 */
export class Pace {
  private scheduled = false;
  private sent = 0;
  private answered = 0;
  private held: { readonly until: number; readonly timer: NodeJS.Timeout } | undefined;

  /**
   * @param windowMs how long to collect instead; 0: as said above
   * @param flush hands over all that has changed
   * @param countReaders to how many
   */
  constructor(
    private readonly windowMs: number,
    private readonly flush: () => void,
    private readonly countReaders: () => number,
  ) {}

  /** Something has changed. */
  schedule(): void {
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
    if (this.held === undefined || this.answered < this.held.until) return;
    clearTimeout(this.held.timer);
    this.held = undefined;
    afterAnswers(this.run);
  }

  private readonly endTurn = (): void => {
    if (this.sent === this.answered || this.countReaders() < READERS_WORTH_WAITING) {
      this.run();
      return;
    }
    const timer = setTimeout(() => {
      this.held = undefined;
      this.run();
    }, HELD_MS_MAX);
    this.held = { until: this.sent, timer };
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
