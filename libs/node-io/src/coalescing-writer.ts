import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';

/**
 * How bytes leave a socket: in as few writes as can be, each of them as cheap as can be. One write takes the kernel some 3.5 µs,
 * for anybody, whether it carries one message or fifty. So:
 *
 * - **Answers of one turn leave together** ({@link writeAtEndOfTurn}): publishing on a line became a fifth cheaper.
 * - **A write goes past the stream** while nothing waits in it ({@link writePast}): 0.87 × the processor time of a delivery, where
 *   each has a write of its own.
 * - **Whoever comes back gets everything in one write** ({@link corkUntilTurnEnds}): 0.93 × the processor time of a comeback.
 *
 * Figures: docs/performance.md.
 */
export abstract class CoalescingWriter {
  /** Bytes written past the stream that the kernel has not taken. */
  private past = 0;
  /** What leaves at the end of the turn, with all that comes until then. */
  private gathered: Buffer[] | undefined;
  private gatheredBytes = 0;

  protected constructor(protected readonly socket: Socket) {}

  /** Something has been written or gathered. */
  protected abstract wrote(): void;

  /** What waited has gone out, and the stream will not say so. */
  protected abstract wentOut(): void;

  /** To be written at the end of this turn of the event loop, or with the next write, in one with all else of the turn. */
  writeAtEndOfTurn(bytes: Buffer): void {
    if (this.gathered === undefined) {
      this.gathered = [bytes];
      atEndOfTurn(this);
    } else this.gathered.push(bytes);
    this.gatheredBytes += bytes.length;
    this.wrote();
  }

  endTurn(): void {
    const gathered = this.takeGathered();
    if (gathered !== undefined) this.put(gathered.length === 1 ? (gathered[0] as Buffer) : Buffer.concat(gathered));
  }

  /** Writes now, in one write with what was gathered before. */
  protected send(bytes: Buffer | string): void {
    const gathered = this.takeGathered();
    this.put(gathered === undefined ? bytes : [...gathered, toBuffer(bytes)]);
  }

  private takeGathered(): Buffer[] | undefined {
    const { gathered } = this;
    this.gathered = undefined;
    this.gatheredBytes = 0;
    return gathered;
  }

  /** Bytes not yet handed to the kernel. */
  get bytesPending(): number {
    return this.written + this.gatheredBytes;
  }

  /** Bytes handed to the kernel so far. */
  get bytesTaken(): number {
    return this.socket.bytesWritten - this.written;
  }

  /** Bytes that were written and that the kernel has not taken. */
  private get written(): number {
    const past = this.past === 0 ? 0 : waitingPast(this.socket, this.past);
    return past + this.socket.writableLength;
  }

  /** Whether something is pending whose end will be told. */
  protected get waits(): boolean {
    return this.past > 0 || this.gatheredBytes > 0 || this.socket.writableNeedDrain;
  }

  /** Called when a write past the stream that had to wait is over. */
  writtenPast(): void {
    this.past = 0;
    // What came behind it in the stream may be too little for a `drain`.
    if (!this.socket.writableNeedDrain) this.wentOut();
  }

  private put(bytes: Buffer | string | readonly Buffer[]): void {
    if (typeof bytes === 'string') this.socket.write(bytes);
    else if (!this.putPast(bytes)) for (const piece of piecesOf(bytes)) this.socket.write(piece);
    this.wrote();
  }

  private putPast(bytes: Buffer | readonly Buffer[]): boolean {
    if (this.past > 0) return false;
    const written = writePast(this.socket, bytes, this);
    if (written === 'waits') for (const { length } of piecesOf(bytes)) this.past += length;
    return written !== 'stream';
  }
}

/**
 * Has all that is written to a socket's stream from now to the end of this turn of the event loop, promises included, leave in
 * one write. Of a WebSocket that comes back these are the handshake's answer, the welcome and what it has missed: with 5000 at
 * once that is one write instead of three for each.
 */
export function corkUntilTurnEnds(socket: Writable): void {
  socket.cork();
  queueMicrotask(() => process.nextTick(setImmediate, uncork, socket));
}

function uncork(socket: Writable): void {
  socket.uncork();
}

const gathering = new Set<CoalescingWriter>();

/** One immediate for any number of sockets. */
function atEndOfTurn(writes: CoalescingWriter): void {
  if (gathering.size === 0) setImmediate(endTurn);
  gathering.add(writes);
}

function endTurn(): void {
  const ended = [...gathering];
  gathering.clear();
  for (const writes of ended) writes.endTurn();
}

function piecesOf(bytes: Buffer | readonly Buffer[]): readonly Buffer[] {
  return Buffer.isBuffer(bytes) ? [bytes] : bytes;
}

function toBuffer(bytes: Buffer | string): Buffer {
  return typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
}

/** Node's own object for a write that is under way. */
interface WriteRequest {
  /** Called when a write that had to wait is over; `status` is negative when it failed. */
  oncomplete?: (status: number) => void;
  /** Keeps the bytes while they wait. */
  buffer?: Buffer | readonly Buffer[];
}

/** What is below a socket's stream. Returns an error number, or 0. */
interface Handle {
  /** Bytes of writes under way that the kernel has not taken. */
  readonly writeQueueSize?: number;
  writeBuffer(request: WriteRequest, bytes: Buffer): number;
  writev(request: WriteRequest, pieces: readonly Buffer[], areBuffers: true): number;
}

interface StreamBinding {
  readonly WriteWrap: new () => WriteRequest;
  /** About the write before, at the places named. */
  readonly streamBaseState: Readonly<Record<number, number>>;
  readonly kLastWriteWasAsync: number;
}

const binding = findBinding();

/** Of a write that did not wait nothing remembers the request: the next one may have it. */
let spare: WriteRequest | undefined;

/** `stream`: not written, the stream has to; `sent`: the kernel has it; `waits`: Node has it, `writtenPast` will be called. */
type WrittenPast = 'stream' | 'sent' | 'waits';

/**
 * Writes bytes to a socket past its stream, several pieces in one write, which for one small write takes a quarter of the time
 * outside the kernel and as much garbage again: two more objects, three callbacks and a tick for each. Only while nothing waits in the stream,
 * so that the order is kept: what the stream is given afterwards queues up in Node's handle behind these. A socket's
 * `bytesWritten` counts them, its `writableLength` does not, and it says no `drain` for them.
 *
 * On a Node whose insides are others (known are those of 20, 22 and 24) the answer is `stream`, which is only dearer.
 */
function writePast(socket: Socket, bytes: Buffer | readonly Buffer[], writes: CoalescingWriter): WrittenPast {
  const handle = handleOf(socket);
  if (binding === undefined || handle === undefined) return 'stream';
  const request = (spare ??= new binding.WriteWrap());
  const error = Buffer.isBuffer(bytes) ? handle.writeBuffer(request, bytes) : handle.writev(request, bytes, true);
  const failed = error !== 0;
  const waits = binding.streamBaseState[binding.kLastWriteWasAsync] !== 0;
  if (failed || waits) spare = undefined;
  if (failed) {
    socket.destroy();
    return 'sent';
  }
  if (!waits) return 'sent';
  request.buffer = bytes;
  request.oncomplete = (status) => {
    // As the stream does. Of a socket that is gone there is nothing to tell but its close.
    if (status < 0) socket.destroy();
    if (!socket.destroyed) writes.writtenPast();
  };
  return 'waits';
}

/** Of so many bytes that wait past the stream, how many the kernel has not taken by now: it takes large ones piece by piece. */
function waitingPast(socket: Socket, bytes: number): number {
  const { _handle: handle } = socket as unknown as { readonly _handle?: Handle | null };
  return Math.min(bytes, handle?.writeQueueSize ?? bytes);
}

/** The handle, while the socket is whole and nothing in its stream comes first. */
function handleOf(socket: Socket): Handle | undefined {
  const { _handle: handle } = socket as unknown as { readonly _handle?: Handle | null };
  const isFree = socket.writable && !socket.connecting && socket.writableLength === 0 && socket.writableCorked === 0;
  return isFree && typeof handle?.writeBuffer === 'function' ? handle : undefined;
}

function findBinding(): StreamBinding | undefined {
  const { binding: load } = process as unknown as { readonly binding?: (name: string) => Partial<StreamBinding> };
  try {
    const found = load?.call(process, 'stream_wrap');
    const isKnown =
      typeof found?.WriteWrap === 'function' &&
      typeof found.kLastWriteWasAsync === 'number' &&
      typeof found.streamBaseState?.[found.kLastWriteWasAsync] === 'number';
    return isKnown ? (found as StreamBinding) : undefined;
  } catch {
    // The permission model forbids it, or a later Node has it no more.
    return undefined;
  }
}
