import type { CloseName, Reset, TokenNotice } from '@tetracast/message-model';
import type { Batch } from './channels/batch';
import type { Framing } from './delivery/framing';

/** The transport's end of a connection: it frames, writes and closes, and decides nothing. */
export interface Sink {
  /** How messages are framed on this line now; it may change while the line lives (Socket.IO's upgrade). */
  readonly framing: Framing;
  /** Most messages in one batch; unlimited when absent. */
  readonly batchLimit?: number;
  /**
   * Takes a batch, in one write. `false`: more than the high-water mark is pending; nothing more is handed over until the
   * sink calls `Connection.drained()`.
   */
  write(batch: Batch): boolean;
  /**
   * The messages up to `cursor` are hidden from this client: nothing is to be shown, but it may come back from here. Absent
   * where the protocol has no silent cursor (WebSocket, Socket.IO): there it may come back from its last message. `false` as
   * of `write`.
   */
  advanceCursor?(cursor: string): boolean;
  sendReset(reset: Reset): void;
  /** Tells the client of its token. Absent where every request brings its own (polling). */
  sendNotice?(notice: TokenNotice): void;
  /** Bytes the peer has taken so far, where the line can tell: one that takes nothing for too long is ended. */
  readonly bytesTaken?: number;
  /** Bytes it has been handed and has not taken. */
  readonly bytesPending?: number;
  /** Sends the line's heartbeat; called once a heartbeat period by the hub's wheel. */
  sendHeartbeat?(): void;
  /** Ends the line in the way that makes its client act as the code says. */
  close(reason: CloseName): void;
}
