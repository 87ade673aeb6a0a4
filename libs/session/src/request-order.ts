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
 * Orders the requests of one client. A request that changes subscriptions runs alone: after all earlier requests, and before all
 * later ones. The others run in parallel, and are begun and answered in order. So a subscription is in effect for the next
 * publication, publications do not wait a round trip for each other, and the n-th answer is for the n-th request.
 */
export class RequestOrder {
  private readonly waiting: Request[] = [];
  /** Requests that have begun and are not answered, in order. */
  private readonly begun: Request[] = [];

  /** Calls `reader.regulate` when it is no longer {@link full}. */
  constructor(
    private readonly limit: number,
    private readonly reader: { regulate(): void },
  ) {}

  /** Whether `limit` requests wait or run. The reader then reads nothing until its `regulate` is called. */
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
