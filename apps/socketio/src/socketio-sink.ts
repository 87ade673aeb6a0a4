import { Batch, type Framing, type Sink } from '@tetracast/hub';
import {
  adviceOf,
  CLOSE_CODES,
  type CloseName,
  ERROR_EVENT,
  eventOfNotice,
  type Refusal,
  type Reset,
  RESET_EVENT,
  type Notice,
} from '@tetracast/message-model';
import type { Socket } from 'socket.io';
import type { EngineConnection } from './engine/engine-connection';
import { encodeServerEvent, MAIN_FRAMINGS, NAMESPACE_FRAMINGS, type SocketioFramings } from './socketio-framing';

/** Maximum letters of a refused event's name in an error: the name of a message has no more. */
const EVENT_SHOWN_MAX = 64;

/**
 * The sending half of one client in one namespace. Until the answer to the client's CONNECT it keeps what the hub writes: at most one
 * batch, since `write` then returns `false`.
 */
export class SocketioSink implements Sink {
  private pendingBatch: Batch | undefined;
  /** Events of the server itself from before the answer to CONNECT. */
  private pendingEvents: string[] | undefined;
  private resets = 0;
  private connected = false;
  private readonly framings: SocketioFramings;
  /** Called after a `write` returned `false`, when there is room again. */
  onWritable: () => void = ignore;
  /** Called once a heartbeat interval. Engine.IO sends the heartbeats itself. */
  onHeartbeat: () => void = ignore;

  constructor(
    private readonly socket: Socket,
    private readonly engineConnection: EngineConnection,
  ) {
    this.framings = socket.nsp.name === '/' ? MAIN_FRAMINGS : NAMESPACE_FRAMINGS;
  }

  get framing(): Framing {
    return this.engineConnection.isDirect ? this.framings.frames : this.framings.packets;
  }

  /** The namespace of a channel has this channel alone. */
  get hasFixedChannels(): boolean {
    return this.framings === NAMESPACE_FRAMINGS;
  }

  write(batch: Batch): boolean {
    if (!this.connected) {
      this.pendingBatch = batch;
      return false;
    }
    const isRoom =
      batch.framing === this.framings.frames
        ? this.engineConnection.writeFrames(batch)
        : this.engineConnection.writePackets(batch);
    if (!isRoom) this.engineConnection.onceWritable(this.onWritable);
    return isRoom;
  }

  sendReset(reset: Reset): void {
    this.resets++;
    this.emit(RESET_EVENT, reset, reset.cursor);
  }

  /** Whether the server has sent a reset. */
  get wasReset(): boolean {
    return this.resets > 0;
  }

  get bytesTaken(): number {
    return this.engineConnection.bytesTaken;
  }

  get bytesPending(): number {
    return this.engineConnection.bytesPending;
  }

  sendHeartbeat(): void {
    this.onHeartbeat();
  }

  /** Sends an event of the server itself. A client that reconnects after it resumes from `cursor`. */
  emit(event: string, payload: object, cursor?: string): void {
    const packet = encodeServerEvent(this.socket.nsp.name, event, payload, cursor);
    if (this.connected) this.engineConnection.send(packet);
    else (this.pendingEvents ??= []).push(packet);
  }

  /** Most notices have no cursor: the client keeps the one it has. */
  sendNotice(notice: Notice): void {
    const { event, payload } = eventOfNotice(notice);
    if (this.connected) this.emit(event, payload, 'cursor' in notice ? notice.cursor : undefined);
  }

  /** Sends an error for an event without an acknowledgement. With `channels` the server refused only these. */
  refuse(event: string, { code, message }: Refusal, channels?: readonly string[]): void {
    const about = channels === undefined ? {} : { channels };
    this.emit(ERROR_EVENT, { event: event.slice(0, EVENT_SHOWN_MAX), ...about, code, message });
  }

  /** Call it after the answer to CONNECT: sends `event`, then what is pending. */
  open(...event: Parameters<SocketioSink['emit']>): void {
    this.connected = true;
    this.emit(...event);
    const { pendingBatch, pendingEvents = [] } = this;
    for (const packet of pendingEvents) this.engineConnection.send(packet);
    this.pendingBatch = undefined;
    this.pendingEvents = undefined;
    // Framed again: the client may have changed its transport, or the transport may be busy.
    const isRoom = pendingBatch === undefined || this.write(new Batch(pendingBatch.entries, this.framing));
    if (pendingBatch !== undefined && isRoom) this.onWritable();
  }

  close(name: CloseName): void {
    // The stock client does not reconnect after a disconnect packet, and reconnects after the end of its transport.
    if (adviceOf(CLOSE_CODES[name].code) === 'never') this.socket.disconnect();
    else this.engineConnection.close(name === 'stalled');
  }
}

function ignore(): void {
  // Replaced once the client is connected.
}
