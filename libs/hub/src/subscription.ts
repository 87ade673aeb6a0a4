import type { Channel } from './channel';
import type { Connection } from './connection';

/** One connection's place in one channel. */
export interface Subscription {
  readonly connection: Connection;
  readonly channel: Channel;
  /** Every message of the channel up to this seq has been handed over or was not asked for. */
  position: number;
  /** Whether missing messages right after the position have been told already, or were never asked for. */
  gapTold: boolean;
}
