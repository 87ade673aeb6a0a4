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
import type { EngineLine } from './engine-line';
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
  onRoom: () => void = ignore;
  /** Called once a heartbeat period; Engine.IO sends the heartbeats themselves. */
  onBeat: () => void = ignore;

  constructor(
    private readonly socket: Socket,
    private readonly line: EngineLine,
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
    if (!isRoom) this.line.whenRoom(this.onRoom);
    return isRoom;
  }

  reset(reset: Reset): void {
    this.resets++;
    this.tell(RESET_EVENT, reset, reset.cursor);
  }

  /** Whether there was a reset. */
  get wasReset(): boolean {
    return this.resets > 0;
  }

  get taken(): number {
    return this.line.taken;
  }

  get pending(): number {
    return this.line.pending;
  }

  beat(): void {
    this.onBeat();
  }

  /** An event of the gateway's own; the client goes on from `cursor` if the line is cut right after it. */
  tell(event: string, payload: object, cursor?: string): void {
    const packet = encodeOwnEvent(this.socket.nsp.name, event, payload, cursor);
    if (this.connected) this.line.send(packet);
    else (this.heldEvents ??= []).push(packet);
  }

  /** Without a cursor: what it goes on from stays the same. */
  notify(notice: TokenNotice): void {
    const { event, payload } = eventOfNotice(notice);
    if (this.connected) this.tell(event, payload);
  }

  /** What an event asked for was refused, and nobody waits for an acknowledgement; some channels of it, if they are named. */
  refuse(event: string, { code, message }: Refusal, channels?: readonly string[]): void {
    const about = channels === undefined ? {} : { channels };
    this.tell(ERROR_EVENT, { event: event.slice(0, EVENT_SHOWN_MAX), ...about, code, message });
  }

  /** The client is connected: tells it `event` first, and lets go of what was held. */
  open(...event: Parameters<SocketioSink['tell']>): void {
    this.connected = true;
    this.tell(...event);
    const { held, heldEvents = [] } = this;
    for (const packet of heldEvents) this.line.send(packet);
    this.held = undefined;
    this.heldEvents = undefined;
    // Framed again: the transport may be another by now, or busy.
    const isRoom = held === undefined || this.write(new Batch(held.entries, this.framing));
    if (held !== undefined && isRoom) this.onRoom();
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
