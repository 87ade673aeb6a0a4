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
  type TokenNotice,
} from '@tetracast/message-model';
import type { Socket } from 'socket.io';
import type { EngineConnection } from './engine/engine-connection';
import { encodeOwnEvent, MAIN_FRAMINGS, NAMESPACE_FRAMINGS, type SocketioFramings } from './socketio-framing';

/** Letters of a refused event's name that the client gets back: no event has more. */
const EVENT_SHOWN_MAX = 64;

/**
 * The sending half of one client of one namespace. It begins closed: what the hub hands over before the client's CONNECT
 * has been answered is held: one batch of messages at the most, since `write` then returns `false`.
 */
export class SocketioSink implements Sink {
  private held: Batch | undefined;
  /** The server's own events from before the client was connected. */
  private heldEvents: string[] | undefined;
  private resets = 0;
  private connected = false;
  private readonly framings: SocketioFramings;
  /** Called when there is room again after a `write` that found none. */
  onWritable: () => void = ignore;
  /** Called once a heartbeat period; Engine.IO sends the heartbeats themselves. */
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

  write(batch: Batch): boolean {
    if (!this.connected) {
      this.held = batch;
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

  /** Whether there was a reset. */
  get wasReset(): boolean {
    return this.resets > 0;
  }

  get bytesTaken(): number {
    return this.engineConnection.taken;
  }

  get bytesPending(): number {
    return this.engineConnection.pending;
  }

  sendHeartbeat(): void {
    this.onHeartbeat();
  }

  /** Sends an event of the server's own; the client goes on from `cursor` if the connection is cut right after it. */
  emit(event: string, payload: object, cursor?: string): void {
    const packet = encodeOwnEvent(this.socket.nsp.name, event, payload, cursor);
    if (this.connected) this.engineConnection.send(packet);
    else (this.heldEvents ??= []).push(packet);
  }

  /** Without a cursor: what it goes on from stays the same. */
  sendNotice(notice: TokenNotice): void {
    const { event, payload } = eventOfNotice(notice);
    if (this.connected) this.emit(event, payload);
  }

  /** Tells a client that did not ask for an acknowledgement that its event was refused, or only these channels of it. */
  refuse(event: string, { code, message }: Refusal, channels?: readonly string[]): void {
    const about = channels === undefined ? {} : { channels };
    this.emit(ERROR_EVENT, { event: event.slice(0, EVENT_SHOWN_MAX), ...about, code, message });
  }

  /** The client is connected: sends it `event` first, then what was held. */
  open(...event: Parameters<SocketioSink['emit']>): void {
    this.connected = true;
    this.emit(...event);
    const { held, heldEvents = [] } = this;
    for (const packet of heldEvents) this.engineConnection.send(packet);
    this.held = undefined;
    this.heldEvents = undefined;
    // Framed again: the transport may be another by now, or busy.
    const isRoom = held === undefined || this.write(new Batch(held.entries, this.framing));
    if (held !== undefined && isRoom) this.onWritable();
  }

  close(name: CloseName): void {
    // Told to disconnect, the stock client stays away; when its transport ends it comes back by itself.
    if (adviceOf(CLOSE_CODES[name].code) === 'never') this.socket.disconnect();
    else this.engineConnection.close(name === 'stalled');
  }
}

function ignore(): void {
  // Nobody listens yet.
}
