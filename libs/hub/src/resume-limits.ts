/** How much a connection that catches up is handed at once, and how much is read from the log for it. */
export interface ResumeLimits {
  /** Most messages handed over in one write, and read of one channel at once. Default 256. */
  readonly messages: number;
  /**
   * About the most bytes handed over in one write, as {@link FramedEntry.size} estimates them: the message that reaches it is the last.
   * Twice that is read of one channel at once, since it may be a while until the reader takes more. Default 256 KiB.
   */
  readonly bytes: number;
  /** Of how many channels as much is read at once for one connection; of more, less of each. Default 8. */
  readonly channels: number;
}

export const RESUME_LIMITS: ResumeLimits = { messages: 256, bytes: 256 * 1024, channels: 8 };

/** The first page of a channel, before it is known how large its messages are. */
export function firstPage({ messages }: ResumeLimits): number {
  return Math.max(1, Math.floor(messages / 4));
}

/** The pages after one whose messages had `size` bytes on average. */
export function nextPage({ messages, bytes }: ResumeLimits, size: number): number {
  return Math.min(messages, Math.max(1, Math.floor((2 * bytes) / size)));
}

/** A page of `limit` messages where pages of `among` channels are read at once. */
export function pageAmong({ channels }: ResumeLimits, limit: number, among: number): number {
  return Math.max(1, Math.floor(limit / Math.max(1, among / channels)));
}
