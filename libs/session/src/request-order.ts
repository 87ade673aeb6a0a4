interface Request {
  readonly task: () => Promise<void>;
  readonly alone: boolean;
}

/**
 * Orders the requests of one client. A request that changes its subscriptions runs alone, after all earlier ones and before all
 * later ones; between two changes the others run side by side, begun in order. So a subscription takes effect for what is
 * published next, and a stream of publications does not take one round trip each. Tasks must not reject.
 */
export class RequestOrder {
  private readonly waiting: Request[] = [];
  private running = 0;
  private changing = false;
  /** One for all tasks, since a stream of publications makes very many; an idle connection keeps none. */
  private ended: (() => void) | undefined;

  /** `reader.regulate` is called when it is no longer {@link full}. */
  constructor(
    private readonly limit: number,
    private readonly reader: { regulate(): void },
  ) {}

  /** Whether `limit` requests wait or run; the reader reads no more until its `regulate` is called. */
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
    // Past the queue where it can: an array that has had something in it keeps room for more.
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
