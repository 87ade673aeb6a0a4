import type { Entry } from '@tetracast/bus';

/** Internal channel of the message log: each message names a channel, or no channel for all, whose windows must be forgotten. */
export const FORGET_CHANNEL = '$forget';

/** Follows {@link FORGET_CHANNEL} without reading it: a request that was missed counts as one for all channels. */
export class ForgetRequests {
  /** Up to here every request has been received, or all windows have been forgotten since. */
  private through = 0;

  /** What to forget now that this request is announced: the name of a channel, or `undefined` for all. */
  receive({ seq, prev, data }: Entry): string | undefined {
    const isNext = prev <= this.through;
    this.through = Math.max(this.through, seq);
    return isNext ? ((JSON.parse(data) as string | null) ?? undefined) : undefined;
  }

  /** Whether a request was missed. `last`: the channel's last number in the log, read when the partition was at `head`. */
  hasMissed(last: number, head: number): boolean {
    const isMissed = last > this.through;
    this.through = Math.max(this.through, head);
    return isMissed;
  }

  /** The message log was replaced: its numbers begin again. */
  restart(): void {
    this.through = 0;
  }
}
