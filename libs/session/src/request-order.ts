/** Sends the answer to a request. */
export type Answer = () => void;

/** Serves a request. Must not reject. If it resolves to an answer, that is sent when all earlier requests are answered. */
type Task = () => Promise<Answer | undefined> | Promise<void>;

interface Request {
  readonly task: Task;
  readonly alone: boolean;
  isDone: boolean;
  answer: Answer | undefined;
}

/**
 * Orders the requests of one client. A request that changes its subscriptions runs alone, after all earlier ones and before all
 * later ones; between two changes the others run side by side, begun in order and answered in order. So a subscription takes
 * effect for what is published next, a stream of publications does not take one round trip each, and the n-th answer is to the
 * n-th request.
 */
export class RequestOrder {
  private readonly waiting: Request[] = [];
  /** Begun and not answered yet, in order. */
  private readonly begun: Request[] = [];

  /** `reader.regulate` is called when it is no longer {@link full}. */
  constructor(
    private readonly limit: number,
    private readonly reader: { regulate(): void },
  ) {}

  /** Whether `limit` requests wait or run; the reader reads no more until its `regulate` is called. */
  get full(): boolean {
    return this.waiting.length + this.begun.length >= this.limit;
  }

  run(task: Task): void {
    this.add({ task, alone: false, isDone: false, answer: undefined });
  }

  runAlone(task: Task): void {
    this.add({ task, alone: true, isDone: false, answer: undefined });
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
    return this.begun.length === 0 || !(alone || this.begun[0]?.alone === true);
  }

  private start(request: Request): void {
    this.begun.push(request);
    void (request.task() as Promise<Answer | undefined>).then((answer) => {
      request.isDone = true;
      request.answer = answer;
      this.answerInOrder();
    });
  }

  private answerInOrder(): void {
    const { full: wasFull } = this;
    for (let first = this.begun[0]; first?.isDone === true; first = this.begun[0]) {
      this.begun.shift();
      first.answer?.();
    }
    this.startNext();
    if (wasFull && !this.full) this.reader.regulate();
  }
}
