import type { Runtime } from '@tetracast/node-io/runtime';
import { TimeoutQueue } from '@tetracast/session';

/** How exactly the time for a pong is kept. */
const TICK_MS = 100;

/** A connection whose client has to answer pings. */
interface Pinged {
  /** When the answer is due; `undefined` while none is. */
  readonly pongDueAt: number | undefined;
  /** No answer came in time. */
  onPongTimeout(): void;
}

/** How long each client has to answer a ping: one timer for all connections, and none while all have answered. */
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

  /** Waits for an answer from now on; returns when it is due. */
  start(pinged: Pinged): number {
    return this.timeouts.add(pinged, this.timeoutMs);
  }

  stop(pinged: Pinged, due: number): void {
    this.timeouts.remove(pinged, due);
  }
}
