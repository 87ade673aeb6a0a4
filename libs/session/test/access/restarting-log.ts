import {
  type AppendResult,
  type BusListener,
  MemoryBus,
  type Page,
  type Positions,
  type Publication,
} from '@tetracast/bus';

const createLog = (): MemoryBus => new MemoryBus({ retention: { size: 1000, ttlMs: 600_000 } });

/** A log in memory that can be replaced by an empty one, and that holds back what it is told to store when it shall. */
export class RestartingLog extends MemoryBus {
  isHolding = false;
  /** What is held back, by its data: to be called with what is wrong, or to store it. */
  readonly held = new Map<string, (error?: Error) => void>();
  readonly asked: string[] = [];
  current = createLog();
  private ears: BusListener | undefined;

  constructor() {
    super({ retention: { size: 1, ttlMs: 1 } });
  }

  /** As after a failover: the announcements come from the new log, and it is asked where it stands. */
  async restart(): Promise<void> {
    const lost = this.current;
    this.current = createLog();
    if (this.ears !== undefined) this.current.listen(this.ears);
    for (const channel of ['$access:revoked', '$renewed']) {
      await lost.unsubscribe(channel);
      await this.current.subscribe(channel);
    }
    this.ears?.onResubscribed();
  }

  /** Lets through what is held back; the rest is held back on. */
  release(error?: Error): void {
    const released = [...this.held.values()];
    this.held.clear();
    for (const go of released) go(error);
  }

  override async append(publication: Publication): Promise<AppendResult> {
    const { current } = this;
    this.asked.push(publication.data);
    if (this.isHolding) {
      await new Promise<void>((resolve, reject) => {
        this.held.set(publication.data, (error) => {
          if (error === undefined) resolve();
          else reject(error);
        });
      });
    }
    return current.append(publication);
  }

  override read(...args: Parameters<MemoryBus['read']>): Promise<Page> {
    return this.current.read(...args);
  }

  override positions(channels: readonly string[]): Promise<Positions> {
    return this.current.positions(channels);
  }

  override listen(listener: BusListener): void {
    this.ears = listener;
    this.current.listen(listener);
  }

  override subscribe(channel: string): Promise<void> {
    return this.current.subscribe(channel);
  }
}
