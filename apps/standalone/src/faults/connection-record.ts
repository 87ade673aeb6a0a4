import { ClientFrames } from './client-frames';
import { TokenMask } from './mask-tokens';
import type { WireEvent, WireRecord } from './wire-record';

/** The rest of a longer chunk is counted and not kept. */
const CHUNK_MAX = 4096;

/** Bytes that wait until the proxy knows who sent them; more are not recorded. */
const WAITING_MAX = 65_536;

const END_OF_HEAD = '\r\n\r\n';

/** Records one connection as far as the lab page uses it: nothing of a request until the proxy has admitted it. */
export class ConnectionRecord {
  private readonly masks = { sent: new TokenMask(), received: new TokenMask() };
  /** What the client sent since its last request ended. */
  private readonly waiting: Buffer[] = [];
  private waitingBytes = 0;
  private state: 'waiting' | 'admitted' | 'refused' = 'waiting';
  private wasAdmitted = false;
  private frames: ClientFrames | undefined;
  /** What has come of the head of the answer to an upgrade. */
  private answer: string | undefined;
  private receivesFrames = false;

  constructor(
    private readonly transport: string,
    readonly number: number,
    private readonly wire: WireRecord,
  ) {}

  event(event: WireEvent): void {
    if (this.isOfPage) this.wire.event(this.transport, event, this.number);
  }

  /** The request is one of the page. */
  admit(): void {
    [this.state, this.wasAdmitted] = ['admitted', true];
    for (const bytes of this.takeWaiting()) this.keepSent(bytes);
  }

  /** The request is none of the page: nothing of this connection is recorded any more. */
  refuse(): void {
    this.state = 'refused';
    this.takeWaiting();
  }

  /** The request is whole: the next one may be another page's. */
  awaitRequest(): void {
    if (this.state === 'admitted') this.state = 'waiting';
  }

  /** The request is one of the page, and after its head the client sends frames of a WebSocket. */
  upgrade(): void {
    const sent = Buffer.concat(this.takeWaiting());
    const end = sent.indexOf(END_OF_HEAD) + END_OF_HEAD.length;
    this.admit();
    this.keepSent(sent.subarray(0, end));
    this.frames = new ClientFrames(CHUNK_MAX);
    this.answer = '';
    this.keepSent(sent.subarray(end));
  }

  sent(bytes: Buffer): void {
    if (this.state === 'admitted') this.keepSent(bytes);
    else if (this.state === 'waiting' && this.waitingBytes < WAITING_MAX) {
      this.waiting.push(bytes);
      this.waitingBytes += bytes.length;
    }
  }

  received(bytes: Buffer): void {
    if (!this.isOfPage) return;
    const head = this.answer === undefined ? 0 : this.headIn(bytes, this.answer);
    if (head > 0) this.keep('received', bytes.subarray(0, head), false);
    if (head < bytes.length) this.keep('received', bytes.subarray(head), this.receivesFrames);
  }

  private get isOfPage(): boolean {
    return this.wasAdmitted && this.state !== 'refused';
  }

  private takeWaiting(): Buffer[] {
    this.waitingBytes = 0;
    return this.waiting.splice(0);
  }

  /** How many of these bytes are still of the head of the answer. */
  private headIn(bytes: Buffer, before: string): number {
    const text = before + bytes.toString('latin1');
    const end = text.indexOf(END_OF_HEAD);
    this.answer = end < 0 ? text : undefined;
    if (end < 0) return bytes.length;
    this.receivesFrames = text.startsWith('HTTP/1.1 101 ');
    return end + END_OF_HEAD.length - before.length;
  }

  private keepSent(bytes: Buffer): void {
    if (this.frames === undefined) this.keep('sent', bytes, false);
    else for (const frame of this.frames.take(bytes)) this.add('sent', frame.bytes, frame.length, true);
  }

  private keep(kind: 'sent' | 'received', bytes: Buffer, isFrames: boolean): void {
    this.add(kind, this.masks[kind].mask(bytes), bytes.length, isFrames);
  }

  private add(kind: 'sent' | 'received', bytes: Buffer, length: number, isFrames: boolean): void {
    const { transport, number: connection } = this;
    const base64 = bytes.subarray(0, CHUNK_MAX).toString('base64');
    this.wire.add({ transport, connection, kind, length, base64, ...(isFrames && { isFrames }) });
  }
}
