/** How much a connection that catches up gets at once, and how much is read from the message log for it. */
export interface ResumeLimits {
  /** Most messages in one write, and in one read of a channel. Default 256. */
  readonly messages: number;
  /**
   * Most bytes in one write, as {@link FramedEntry.size} estimates them, and in one read of a channel, as the message log counts
   * them (about half as many). The message that exceeds it is the last. Default 256 KiB.
   */
  readonly bytes: number;
  /** Channels of one connection that are read in full pages; with more channels each page is smaller. Default 8. */
  readonly channels: number;
}

export const RESUME_LIMITS: ResumeLimits = { messages: 256, bytes: 256 * 1024, channels: 8 };

/** The limits of each page when `among` channels are read at once. */
export function pageLimitsFor(
  { messages, bytes, channels }: ResumeLimits,
  among: number,
): { limit: number; bytes: number } {
  const share = Math.min(1, channels / among);
  return { limit: Math.max(1, Math.floor(messages * share)), bytes: Math.max(1, Math.floor(bytes * share)) };
}
