import type { Sink } from '../sink';

/** Notices a peer that takes nothing although something is pending for it. */
export class StallWatch {
  private taken: number | undefined;
  private takenAt = 0;

  /** Called from time to time; whether the peer has taken nothing for `stalledMs`. */
  isStalled({ bytesTaken, bytesPending = 0 }: Sink, now: number, stalledMs: number): boolean {
    if (bytesPending > 0 && bytesTaken === this.taken) return now - this.takenAt >= stalledMs;
    this.taken = bytesTaken;
    this.takenAt = now;
    return false;
  }
}
