/**
 * The order among the requests of one client: what changes its subscriptions runs alone, one after the other; all else runs
 * as it comes, but not before such a change that came earlier. So a stream of publications is not slowed to one round trip
 * each. Tasks must not reject.
 */
export class RequestOrder {
  private change: Promise<void> | undefined;
  private running = 0;

  /** `onRoom` is called when it is no longer {@link full}. */
  constructor(
    private readonly limit: number,
    private readonly onRoom: () => void,
  ) {}

  /** Whether as many requests as may be are in progress; the caller reads no more until `onRoom`. */
  get full(): boolean {
    return this.running >= this.limit;
  }

  run(task: () => Promise<void>): void {
    void this.start(task);
  }

  runAlone(task: () => Promise<void>): void {
    const change = this.start(task).finally(() => {
      if (this.change === change) this.change = undefined;
    });
    this.change = change;
  }

  private start(task: () => Promise<void>): Promise<void> {
    this.running++;
    return (this.change === undefined ? task() : this.change.then(task)).finally(() => {
      if (this.running-- === this.limit) this.onRoom();
    });
  }
}
