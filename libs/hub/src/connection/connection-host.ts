import type { ResetReason } from '@tetracast/message-model';
import type { Channel } from '../channels/channel';
import type { Connection } from './connection';
import type { ResumeLimits } from '../delivery/resume-limits';
import type { LogHead } from './starting-point';

/** What a connection needs of its hub. */
export interface ConnectionHost {
  readonly channelRegistry: LogHead;
  readonly maxChannels: number;
  readonly maxRewind: number;
  readonly resumeLimits: ResumeLimits;
  /** Opens the channels, or finds them open; after this turn one without a reader may be `closed`. */
  openChannels(names: readonly string[]): Promise<Channel[]>;
  /** The log could not be read: `wake` is wanted again when it is back. */
  wakeLater(connection: Connection): void;
  connectionClosed(connection: Connection): void;
  countDelivered(messages: number): void;
  countReset(reason: ResetReason): void;
}

/** Whoever is to hear that a connection has ended. */
export interface CloseListener {
  onClose(): void;
}
