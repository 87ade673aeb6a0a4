import type { WebhookEvent } from '@tetracast/message-model';

/** Which events the bus adds to the queue, and how large that may become. */
export interface WebhookSettings {
  readonly events: readonly WebhookEvent[];
  /** Above it the oldest are dropped. */
  readonly maxBytes: number;
}

/** A webhook that waits to be sent. */
export interface QueuedWebhook {
  /** Names its place in the queue. */
  readonly id: string;
  readonly event: WebhookEvent;
  readonly channel: string;
  /** JSON: the member, or the data of the last message. */
  readonly data: string;
  /** When it was added, in ms since 1970. */
  readonly time: number;
}

export interface WebhookRequest {
  /** How long the sender is the one that sends. */
  readonly leaseMs: number;
  /** Maximum number of webhooks. */
  readonly count: number;
  /** Begin after the webhook with this id. Default: begin with the oldest. */
  readonly after?: string | undefined;
}

export interface QueuedWebhooks {
  /** In the order in which they were added. */
  readonly webhooks: readonly QueuedWebhook[];
  /** Webhooks that were dropped since {@link WebhookQueue.removeWebhooks} was called with their number. */
  readonly dropped: number;
}

/**
 * Webhooks that the bus adds in the same atomic step in which it stores the message that they are about. One process at a time sends
 * them. Every method throws BusUnavailableError while the queue cannot be reached.
 */
export interface WebhookQueue {
  /** What waits, if `sender` is the one that sends from now on; `undefined` if another one is. */
  takeWebhooks(sender: string, request: WebhookRequest): Promise<QueuedWebhooks | undefined>;
  /** These are sent, and it is known that `dropped` more were not. */
  removeWebhooks(ids: readonly string[], dropped: number): Promise<void>;
}
