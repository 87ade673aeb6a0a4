import {
  type BusChecks,
  type AppendResult,
  type Bus,
  type BusListener,
  BusUnavailableError,
  MemoryBus,
  type Page,
  type Positions,
  type Publication,
  type Range,
  type RetentionSettings,
} from '@tetracast/bus';

/** A memory bus that loses announcements, is away, or is replaced: the faults no healthy bus makes. */
export class FaultyBus implements Bus {
  /** While true, announcements are lost without a trace. */
  deaf = false;
  away = false;
  /** Turns of the event loop that an answer of the log is under way; announcements take one, if this is not 0. */
  lag = 0;
  reads = 0;
  /** Messages read from the log, each as often as it was read. */
  messagesRead = 0;
  positionCalls = 0;
  readonly subscribed: string[] = [];
  private hold: ((release: () => void) => void) | undefined;
  private inner: MemoryBus;
  private listener: BusListener | undefined;

  constructor(private readonly settings: RetentionSettings = { retention: { size: 1000, ttlMs: 600_000 } }) {
    this.inner = new MemoryBus(settings);
  }

  /** The log is lost; an empty one with a new epoch takes its place. */
  async replace(): Promise<void> {
    await this.inner.close();
    this.inner = new MemoryBus(this.settings);
    this.inner.listen(this.ears());
    for (const channel of this.subscribed) await this.inner.subscribe(channel);
  }

  /** Holds back the answer of the log that is found next; resolves, when it is found, with what lets it through. */
  holdAnswer(): Promise<() => void> {
    return new Promise((resolve) => {
      this.hold = resolve;
    });
  }

  interrupt(): void {
    this.deaf = true;
    this.listener?.onInterrupted();
  }

  restore(): void {
    this.deaf = false;
    this.listener?.onResubscribed();
  }

  async append(publication: Publication): Promise<AppendResult> {
    this.refuse();
    return this.inner.append(publication);
  }

  async read(channel: string, range: Range): Promise<Page> {
    this.refuse();
    this.reads++;
    const page = await this.inner.read(channel, range);
    this.messagesRead += page.entries.length;
    return this.late(Promise.resolve(page));
  }

  async positions(channels: readonly string[]): Promise<Positions> {
    this.refuse();
    this.positionCalls++;
    return this.late(this.inner.positions(channels));
  }

  listen(listener: BusListener): void {
    this.listener = listener;
    this.inner.listen(this.ears());
  }

  async subscribe(channel: string): Promise<void> {
    this.refuse();
    this.subscribed.push(channel);
    return this.inner.subscribe(channel);
  }

  async unsubscribe(channel: string): Promise<void> {
    const at = this.subscribed.indexOf(channel);
    if (at >= 0) this.subscribed.splice(at, 1);
    return this.inner.unsubscribe(channel);
  }

  putValue(key: string, value: string, ttlMs: number): Promise<void> {
    return this.inner.putValue(key, value, ttlMs);
  }

  getValue(key: string): Promise<string | undefined> {
    return this.inner.getValue(key);
  }

  addCounts(counts: ReadonlyMap<string, number>, windowMs: number): Promise<number[]> {
    return this.inner.addCounts(counts, windowMs);
  }

  check(): Promise<BusChecks> {
    return this.inner.check();
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  private ears(): BusListener {
    return {
      onAnnouncement: (epoch, entry) => {
        if (this.deaf) return;
        if (this.lag === 0) this.listener?.onAnnouncement(epoch, entry);
        else setImmediate(() => this.listener?.onAnnouncement(epoch, entry));
      },
      onInterrupted: () => this.listener?.onInterrupted(),
      onResubscribed: () => this.listener?.onResubscribed(),
    };
  }

  private async late<T>(answer: Promise<T>): Promise<T> {
    const known = await answer;
    const { hold } = this;
    this.hold = undefined;
    if (hold !== undefined) await new Promise<void>(hold);
    for (let turn = 0; turn < this.lag; turn++) await new Promise((resolve) => setImmediate(resolve));
    return known;
  }

  private refuse(): void {
    if (this.away) throw new BusUnavailableError('away, for the test');
  }
}
