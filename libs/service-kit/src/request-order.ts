interface Request {
  readonly task: () => Promise<void>;
  readonly alone: boolean;
}

/**
 * The order among the requests of one client: what changes its subscriptions runs alone, after all that came before it and
 * before all that comes after; between two changes all else runs side by side, begun in order. So subscribing takes effect
 * for what is published next, and a stream of publications is not slowed to one round trip each. Tasks must not reject.
 */
export class RequestOrder {
  private readonly waiting: Request[] = [];
  private running = 0;
  private changing = false;

  /** `onRoom` is called when it is no longer {@link full}. */
  constructor(
    private readonly limit: number,
    private readonly onRoom: () => void,
  ) {}

  /** Whether as many requests as may be wait or run; the caller reads no more until `onRoom`. */
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
    this.waiting.push(request);
    this.startNext();
  }

  private startNext(): void {
    for (let next = this.waiting[0]; next !== undefined; next = this.waiting[0]) {
      if (this.changing || (next.alone && this.running > 0)) return;
      this.waiting.shift();
      this.start(next);
    }
  }

  private start({ task, alone }: Request): void {
    this.running++;
    this.changing = alone;
    void task().then(this.ended);
  }

  /** One for all tasks: a stream of publications makes very many. */
  private readonly ended = (): void => {
    const count = this.waiting.length + this.running;
    this.running--;
    this.changing = false;
    this.startNext();
    if (count === this.limit) this.onRoom();
  };
}
