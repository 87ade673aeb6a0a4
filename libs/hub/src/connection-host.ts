import type { ResetReason } from '@tetracast/message-model';
import type { Channel } from './channel';
import type { Connection } from './connection';
import type { ResumeLimits } from './resume-limits';
import type { Log } from './starting-point';

/** What a connection needs of its hub. */
export interface ConnectionHost {
  readonly log: Log;
  readonly maxChannels: number;
  readonly maxRewind: number;
  readonly resumeLimits: ResumeLimits;
  /** Opens the channels, or finds them open; after this turn one without a reader may be `closed`. */
  channels(names: readonly string[]): Promise<Channel[]>;
  /** The log could not be read: `wake` is wanted again when it is back. */
  wakeLater(connection: Connection): void;
  left(connection: Connection): void;
  delivered(messages: number): void;
  resetSent(reason: ResetReason): void;
}

/** Whoever is to hear that a connection has ended. */
export interface Leaving {
  leave(): void;
}
