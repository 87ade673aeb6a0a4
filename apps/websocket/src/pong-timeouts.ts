import { TimeoutQueue } from '@tetracast/session';

/** How exactly the time for an answer is kept. */
const TICK_MS = 100;

/** A line that is to answer heartbeats. */
interface Pinged {
  /** When it has to have answered; `undefined` while nothing is waited for. */
  readonly pongDueAt: number | undefined;
  /** It has not. */
  onPongTimeout(): void;
}

/** How long each peer has to answer a heartbeat: one timer for all lines, and none while all have answered. */
export class PongTimeouts {
  private readonly deadlines = new TimeoutQueue<Pinged>(TICK_MS, (line) => {
    const { pongDueAt } = line;
    // Timers are due before sockets are read, immediates after: a process that was held up itself finds the answers first.
    setImmediate(() => {
      if (line.pongDueAt === pongDueAt) line.onPongTimeout();
    });
  });

  constructor(private readonly timeoutMs: number) {}

  /** From now on an answer is waited for; returns when it is due. */
  start(line: Pinged): number {
    return this.deadlines.add(line, this.timeoutMs);
  }

  stop(line: Pinged, due: number): void {
    this.deadlines.remove(line, due);
  }
}
