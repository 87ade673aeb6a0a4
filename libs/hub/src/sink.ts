import type { CloseName, Reset, Notice } from '@tetracast/message-model';
import type { Batch } from './channels/batch';
import type { Framing } from './delivery/framing';

/** The transport's end of a connection: it frames, writes and closes, and makes no decisions. */
export interface Sink {
  /** How messages are framed on this connection now; it may change (Socket.IO's upgrade). */
  readonly framing: Framing;
  /** Most messages in one batch; unlimited when absent. */
  readonly batchLimit?: number;
  /**
   * Writes a batch, in one write. `false`: more than the high-water mark is pending, and the sink gets nothing more until its
   * owner calls `Connection.onDrain()`.
   */
  write(batch: Batch): boolean;
  /**
   * The messages up to `cursor` are hidden from this client: it gets none of them, but may resume from here. Absent where the
   * protocol has no cursor without a message (WebSocket, Socket.IO): there the client resumes from its last message. `false`
   * as from `write`.
   */
  advanceCursor?(cursor: string): boolean;
  sendReset(reset: Reset): void;
  /** Whether the channels of the connection never change: then the operator can neither add nor remove one. Default `false`. */
  readonly hasFixedChannels?: boolean;
  /** Sends the client a notice about its token or its channels. Absent where every request brings both (polling). */
  sendNotice?(notice: Notice): void;
  /** Bytes the client has taken so far, where the transport knows: a client that takes nothing for too long is disconnected. */
  readonly bytesTaken?: number;
  /** Bytes written that the client has not taken yet. */
  readonly bytesPending?: number;
  /** Sends a heartbeat; the hub calls it once a heartbeat period. */
  sendHeartbeat?(): void;
  /** Closes the transport in the way that makes its client act as the close code says. */
  close(reason: CloseName): void;
}
