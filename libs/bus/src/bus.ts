import type { KeyValueStore } from './key-value-store';
import type { MessageLog } from './message-log';
import type { PresenceStore } from './presence/presence-store';
import type { ProcessQuestions } from './questions/process-questions';
import type { RateCounters } from './rate-counters';
import type { RelayStore } from './relays/relay-store';
import type { WebhookQueue } from './webhooks/webhook-queue';

/** The value of each of the {@link BusChecks} that passed. */
export const CHECK_OK = 'ok';

/** What a service needs of a bus: each is `ok`, or the reason why not in one line, for operators. */
export interface BusChecks {
  readonly read: string;
  readonly write: string;
  readonly announce: string;
  /** Whether this process receives its own announcements. */
  readonly hear: string;
}

/** The seven ports on one server. A consumer takes the port it needs; only the composition root takes the whole bus. */
export interface Bus
  extends MessageLog, KeyValueStore, RateCounters, ProcessQuestions, PresenceStore, WebhookQueue, RelayStore {
  /**
   * Proves that each thing a service needs works now, by doing it. It stores nothing that lasts, and is cheap: an answer may
   * be up to a second old.
   */
  check(): Promise<BusChecks>;
  close(): Promise<void>;
}
