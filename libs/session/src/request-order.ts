interface Request {
  readonly task: () => Promise<void>;
  readonly alone: boolean;
}

/**
 * Orders the requests of one client. A request that changes subscriptions runs alone: after all earlier requests, and before all
 * later ones. The others are begun in order, and run in parallel. So a subscription is in effect for the next publication, and
 * publications do not wait a round trip for each other. Tasks must not reject.
 */
export class RequestOrder {
  private readonly waiting: Request[] = [];
  private running = 0;
  private changing = false;
  /** One function for all tasks, since there may be very many of them; `undefined` while none runs, to save memory. */
  private ended: (() => void) | undefined;

  /** Calls `reader.regulate` when it is no longer {@link full}. */
  constructor(
    private readonly limit: number,
    private readonly reader: { regulate(): void },
  ) {}

  /** Whether `limit` requests wait or run. The reader then reads nothing until its `regulate` is called. */
  get full(): boolean {
    return this.waiting.length + this.running >= this.limit;
  }

  run(task: () => Promise<void>): void {
    this.add({ task, alone: false });
  }

  runAlone(task: () => Promise<void>): void {
    this.add({ task, alone: true });
  }

  private add(request: Request): void {
    // Not through the queue if possible: an array keeps the memory of its former elements.
    if (this.waiting.length === 0 && this.mayStart(request)) this.start(request);
    else this.waiting.push(request);
  }

  private startNext(): void {
    for (let next = this.waiting[0]; next !== undefined && this.mayStart(next); next = this.waiting[0]) {
      this.waiting.shift();
      this.start(next);
    }
  }

  private mayStart({ alone }: Request): boolean {
    return !this.changing && !(alone && this.running > 0);
  }

  private start({ task, alone }: Request): void {
    this.running++;
    this.changing = alone;
    this.ended ??= () => {
      this.end();
    };
    void task().then(this.ended);
  }

  private end(): void {
    const count = this.waiting.length + this.running;
    this.running--;
    this.changing = false;
    this.startNext();
    if (this.running === 0) this.ended = undefined;
    if (count === this.limit) this.reader.regulate();
  }
}
