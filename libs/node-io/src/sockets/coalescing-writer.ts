import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { INTERNALS } from '../internals';

/**
 * Writes to a socket in as few and as cheap writes as possible. One write costs about 3.5 µs in the kernel, whether it carries
 * one message or fifty. So:
 *
 * - **Answers of one turn leave together** ({@link writeAtEndOfTurn}): publishing on a connection became a fifth cheaper.
 * - **A write goes past the stream** while nothing waits in it ({@link writePast}): 0.87 × the processor time of a delivery, where
 *   each is written alone.
 * - **A client that comes back gets everything in one write** ({@link corkUntilTurnEnds}): 0.93 × the processor time of a comeback.
 *
 * Figures: docs/performance.md.
 */
export abstract class CoalescingWriter {
  /** Bytes written past the stream that the kernel has not taken. */
  private past = 0;
  /** Bytes that leave at the end of the turn. */
  private gathered: Buffer[] | undefined;
  private gatheredBytes = 0;

  protected constructor(protected readonly socket: Socket) {}

  /** Called after bytes were written or gathered. */
  protected abstract wrote(): void;

  /** Called when the pending bytes have gone out and the stream emits no `drain` for them. */
  protected abstract wentOut(): void;

  /** Writes at the end of this turn of the event loop, or with the next write, together with everything else of the turn. */
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

  /** Whether bytes are pending whose end the stream or a write will report. */
  protected get waits(): boolean {
    return this.past > 0 || this.gatheredBytes > 0 || this.socket.writableNeedDrain;
  }

  /** Called when a write past the stream that had to wait has ended. */
  writtenPast(): void {
    this.past = 0;
    // What followed it in the stream may be too little for a `drain`.
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
 * Joins everything that is written to a socket's stream until the end of this turn of the event loop, promises included, in
 * one write. For a WebSocket that comes back that is the handshake's response, the welcome and the missed messages: one write
 * instead of three for each of 5000 clients.
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
function atEndOfTurn(writer: CoalescingWriter): void {
  if (gathering.size === 0) setImmediate(endTurn);
  gathering.add(writer);
}

function endTurn(): void {
  const ended = [...gathering];
  gathering.clear();
  for (const writer of ended) writer.endTurn();
}

function piecesOf(bytes: Buffer | readonly Buffer[]): readonly Buffer[] {
  return Buffer.isBuffer(bytes) ? [bytes] : bytes;
}

function toBuffer(bytes: Buffer | string): Buffer {
  return typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
}

/** Node's own object for a write in progress. */
interface WriteRequest {
  /** Called when a write that had to wait has ended; `status` is negative if it failed. */
  oncomplete?: (status: number) => void;
  /** Keeps the bytes while they wait. */
  buffer?: Buffer | readonly Buffer[];
}

/** The object below a socket's stream. Its methods return an error number, or 0. */
interface Handle {
  /** Bytes of writes in progress that the kernel has not taken. */
  readonly writeQueueSize?: number;
  writeBuffer(request: WriteRequest, bytes: Buffer): number;
  writev(request: WriteRequest, pieces: readonly Buffer[], areBuffers: true): number;
}

interface StreamBinding {
  readonly WriteWrap: new () => WriteRequest;
  /** The state of the last write, by index. */
  readonly streamBaseState: Readonly<Record<number, number>>;
  readonly kLastWriteWasAsync: number;
}

const binding = findBinding();

/** Nothing keeps the request of a write that did not wait, so the next write uses it again. */
let spare: WriteRequest | undefined;

/** `stream`: not written, use the stream; `sent`: the kernel has the bytes; `waits`: Node has them and will call `writtenPast`. */
type WrittenPast = 'stream' | 'sent' | 'waits';

/**
 * Writes bytes to a socket past its stream, several pieces in one write. That takes a quarter of the stream's time outside
 * the kernel, and saves two objects, three callbacks and a tick for each small write. Only while nothing waits in the stream, so the order is
 * kept: later bytes of the stream queue in Node's handle behind these. The socket's `bytesWritten` counts them, its
 * `writableLength` does not, and it emits no `drain` for them.
 *
 * On a Node.js with other internals the result is `stream`, which costs more and does the same.
 */
function writePast(socket: Socket, bytes: Buffer | readonly Buffer[], writer: CoalescingWriter): WrittenPast {
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
    // As the stream does. A destroyed socket reports its close only.
    if (status < 0) socket.destroy();
    if (!socket.destroyed) writer.writtenPast();
  };
  return 'waits';
}

/** How many of the `bytes` that wait past the stream the kernel has not taken yet: it takes large writes piece by piece. */
function waitingPast(socket: Socket, bytes: number): number {
  const { _handle: handle } = socket as unknown as { readonly _handle?: Handle | null };
  return Math.min(bytes, handle?.writeQueueSize ?? bytes);
}

/** The handle, while the socket is open and its stream holds nothing that must leave first. */
function handleOf(socket: Socket): Handle | undefined {
  if (!INTERNALS.writePastStream) return undefined;
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
    // The permission model forbids it, or a later Node.js has removed it.
    return undefined;
  }
}
