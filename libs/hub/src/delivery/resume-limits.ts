/** How much a connection that catches up is handed at once, and how much is read from the log for it. */
export interface ResumeLimits {
  /** Most messages handed over in one write, and read of one channel at once. Default 256. */
  readonly messages: number;
  /**
   * About the most bytes handed over in one write, as {@link FramedEntry.size} estimates them, and read of one channel at once, as the
   * log counts them, which is up to half of that: the message that reaches it is the last. Default 256 KiB.
   */
  readonly bytes: number;
  /** Of how many channels as much is read at once for one connection; of more, less of each. Default 8. */
  readonly channels: number;
}

export const RESUME_LIMITS: ResumeLimits = { messages: 256, bytes: 256 * 1024, channels: 8 };

/** How much is read of each of `among` channels that are read at once. */
export function pageLimitsFor(
  { messages, bytes, channels }: ResumeLimits,
  among: number,
): { limit: number; bytes: number } {
  const share = Math.min(1, channels / among);
  return { limit: Math.max(1, Math.floor(messages * share)), bytes: Math.max(1, Math.floor(bytes * share)) };
}
