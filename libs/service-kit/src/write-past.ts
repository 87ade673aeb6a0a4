import type { Socket } from 'node:net';

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

/** Whoever is told when a write that waits is over. */
export interface Waiting {
  written(): void;
}

/** `stream`: not written, the stream has to; `sent`: the kernel has it; `waits`: Node has it, `waiting.written` will be called. */
export type WrittenPast = 'stream' | 'sent' | 'waits';

const binding = findBinding();

/** Of a write that did not wait nothing remembers the request: the next one may have it. */
let spare: WriteRequest | undefined;

/**
 * Writes bytes to a socket past its stream, several pieces in one write, which for one small write takes a quarter of the user's time and as much garbage
 * again: two more objects, three callbacks and a tick for each. Only while nothing waits in the stream, so that the order is
 * kept: what the stream is given afterwards queues up in Node's handle behind these. A socket's `bytesWritten` counts
 * them, its `writableLength` does not, and it says no `drain` for them.
 *
 * On a Node whose insides are others (known are those of 20, 22 and 24) the answer is `stream`, which is only dearer.
 */
export function writePast(socket: Socket, bytes: Buffer | readonly Buffer[], waiting: Waiting): WrittenPast {
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
    if (!socket.destroyed) waiting.written();
  };
  return 'waits';
}

/** Of so many bytes that wait past the stream, how many the kernel has not taken by now: it takes large ones piece by piece. */
export function waitingPast(socket: Socket, bytes: number): number {
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
