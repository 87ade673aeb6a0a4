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
  createId(): string;
  /** Opens the channels that are not open; a channel without a reader may be `closed` again after this turn. */
  openChannels(names: readonly string[]): Promise<Channel[]>;
  /** The message log is unavailable: the host calls `wake` again later. */
  wakeLater(connection: Connection): void;
  connectionClosed(connection: Connection): void;
  countDelivered(messages: number): void;
  countReset(reason: ResetReason): void;
}

/** An object with one method instead of a function: a connection's owner needs no closure. */
export interface CloseListener {
  onClose(): void;
}
