import type { WebhookSettings } from './webhooks/webhook-queue';

/** How much of a channel is stored. */
export interface Retention {
  /** Most messages; at least 1. */
  readonly size: number;
  /** Age in ms after which a message is no longer stored. */
  readonly ttlMs: number;
}

export interface RetentionSettings {
  /** Default: the bus adds no webhooks to its queue. */
  readonly webhooks?: WebhookSettings;
  /** For every channel whose namespace has no entry in `namespaces`. */
  readonly retention: Retention;
  /** By namespace: `chat` applies to `chat:room-1`. */
  readonly namespaces?: Readonly<Record<string, Retention>>;
  /** How long an idempotency key is remembered, in ms. Default 2 minutes. */
  readonly idempotencyTtlMs?: number;
  /** How long the end of a channel is kept, in ms; at least as long as its messages. Default 7 days. */
  readonly endTtlMs?: number;
  /**
   * Channels whose last sequence number is remembered, so that a cursor can be checked after all messages of the channel have
   * expired. With more channels the one with the oldest last message is forgotten. Default 200 000.
   */
  readonly channelsRemembered?: number;
  /**
   * Approximate limit of a bus in memory, in bytes; above it the oldest messages of all channels are dropped first.
   * Idempotency keys and each kind of value get up to an eighth of it. Default 256 MiB. Redis has its own limit.
   */
  readonly memoryMaxBytes?: number;
}
