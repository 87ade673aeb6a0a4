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

/** Letters of a refused event's name that are told: no event has more. */
const EVENT_SHOWN_MAX = 64;

/**
 * The sending half of one client of one namespace. It begins closed: what the hub hands over before the client's CONNECT
 * has been answered is held, and that is one batch of messages at the most, since it is told that there is no room for another.
 */
export class SocketioSink implements Sink {
  private held: Batch | undefined;
  /** The gateway's own events that were told before the client was connected. */
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
    private readonly line: EngineConnection,
  ) {
    this.framings = socket.nsp.name === '/' ? MAIN_FRAMINGS : NAMESPACE_FRAMINGS;
  }

  get framing(): Framing {
    return this.line.isDirect ? this.framings.frames : this.framings.packets;
  }

  write(batch: Batch): boolean {
    if (!this.connected) {
      this.held = batch;
      return false;
    }
    const isRoom =
      batch.framing === this.framings.frames ? this.line.writeFrames(batch) : this.line.writePackets(batch);
    if (!isRoom) this.line.onceWritable(this.onWritable);
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
    return this.line.taken;
  }

  get bytesPending(): number {
    return this.line.pending;
  }

  sendHeartbeat(): void {
    this.onHeartbeat();
  }

  /** An event of the gateway's own; the client goes on from `cursor` if the line is cut right after it. */
  emit(event: string, payload: object, cursor?: string): void {
    const packet = encodeOwnEvent(this.socket.nsp.name, event, payload, cursor);
    if (this.connected) this.line.send(packet);
    else (this.heldEvents ??= []).push(packet);
  }

  /** Without a cursor: what it goes on from stays the same. */
  sendNotice(notice: TokenNotice): void {
    const { event, payload } = eventOfNotice(notice);
    if (this.connected) this.emit(event, payload);
  }

  /** What an event asked for was refused, and nobody waits for an acknowledgement; some channels of it, if they are named. */
  refuse(event: string, { code, message }: Refusal, channels?: readonly string[]): void {
    const about = channels === undefined ? {} : { channels };
    this.emit(ERROR_EVENT, { event: event.slice(0, EVENT_SHOWN_MAX), ...about, code, message });
  }

  /** The client is connected: tells it `event` first, and lets go of what was held. */
  open(...event: Parameters<SocketioSink['emit']>): void {
    this.connected = true;
    this.emit(...event);
    const { held, heldEvents = [] } = this;
    for (const packet of heldEvents) this.line.send(packet);
    this.held = undefined;
    this.heldEvents = undefined;
    // Framed again: the transport may be another by now, or busy.
    const isRoom = held === undefined || this.write(new Batch(held.entries, this.framing));
    if (held !== undefined && isRoom) this.onWritable();
  }

  close(name: CloseName): void {
    // Told to disconnect, the stock client stays away; when its transport ends it comes back by itself.
    if (adviceOf(CLOSE_CODES[name].code) === 'never') this.socket.disconnect();
    else this.line.close(name === 'stalled');
  }
}

function ignore(): void {
  // Nobody listens yet.
}
