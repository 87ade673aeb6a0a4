/** How much of a channel is kept. */
export interface Retention {
  /** Messages; at least 1. */
  readonly size: number;
  /** Age in ms after which a message is no longer stored. */
  readonly ttlMs: number;
}

export interface RetentionSettings {
  /** For every channel whose namespace has none of its own. */
  readonly retention: Retention;
  /** By namespace: `chat` rules `chat:room-1`. */
  readonly namespaces?: Readonly<Record<string, Retention>>;
  /** How long an idempotency key is remembered, in ms. Default 2 minutes. */
  readonly idempotencyTtlMs?: number;
  /**
   * For how many channels the number of the last message is remembered, so that a cursor can be judged after all of a
   * channel's messages have expired. Beyond it the longest silent are forgotten. Default 200 000.
   */
  readonly channelsRemembered?: number;
  /**
   * Most bytes of a log in memory, about; above it the oldest messages go first, whatever their channel. Idempotency keys and
   * each kind of state have up to an eighth of it, above which the oldest of them go. Default 256 MiB. Redis has its own limit.
   */
  readonly memoryMaxBytes?: number;
}
