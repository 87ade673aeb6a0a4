import type { Sink } from '../sink';

/** Detects a client that takes nothing although bytes are pending for it. */
export class StallWatch {
  private taken: number | undefined;
  private takenAt = 0;

  /** Whether the client has taken nothing for `stalledMs`; the hub calls it once a heartbeat period. */
  isStalled({ bytesTaken, bytesPending = 0 }: Sink, now: number, stalledMs: number): boolean {
    if (bytesPending > 0 && bytesTaken === this.taken) return now - this.takenAt >= stalledMs;
    this.taken = bytesTaken;
    this.takenAt = now;
    return false;
  }
}
