import type { Runtime } from '@tetracast/node-io/runtime';
import { TimeoutQueue } from '@tetracast/session';

/** The precision of the time for a pong. */
const TICK_MS = 100;

/** A connection whose client must answer pings. */
interface Pinged {
  /** The tick of its timeout; `undefined` while it waits for no answer. */
  readonly pongDueAt: number | undefined;
  /** Called when no answer came in time. */
  onPongTimeout(): void;
}

/** The timeouts for answers to pings: one timer for all connections, and none while all have answered. */
export class PongTimeouts {
  private readonly timeouts: TimeoutQueue<Pinged>;

  constructor(
    runtime: Runtime,
    private readonly timeoutMs: number,
  ) {
    this.timeouts = new TimeoutQueue(runtime, TICK_MS, (pinged: Pinged) => {
      const { pongDueAt } = pinged;
      // Node runs timers before it reads sockets, and immediates after: a process that was blocked finds the answers first.
      runtime.setImmediate(() => {
        if (pinged.pongDueAt === pongDueAt) pinged.onPongTimeout();
      });
    });
  }

  /** Starts the timeout for an answer. Returns its tick. */
  start(pinged: Pinged): number {
    return this.timeouts.add(pinged, this.timeoutMs);
  }

  stop(pinged: Pinged, tick: number): void {
    this.timeouts.remove(pinged, tick);
  }
}
