import type { Socket } from 'node:net';

/**
 * Bytes that a socket of this process has been handed and the kernel has not taken, in its stream and below it. At least
 * those: what the stream itself has handed down is in both.
 */
export function pendingBytes(socket: Socket): number {
  const { _handle: handle } = socket as unknown as { readonly _handle?: { readonly writeQueueSize: number } | null };
  return socket.writableLength + (handle?.writeQueueSize ?? 0);
}
