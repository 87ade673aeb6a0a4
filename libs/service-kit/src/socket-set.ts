import type { Socket } from 'node:net';

const SWEEP_MIN = 256;

/**
 * Those that have closed are looked for when there are so many times as many as were open the last time: a closed one
 * keeps some KB of its connection's with it. It costs nine looks for each socket that comes.
 */
const SWEEP_GROWTH = 9 / 8;

/** The open sockets, and some that are not any more: there may be very many, and a listener for each is not cheap. */
export class SocketSet {
  private readonly sockets = new Set<Socket>();
  private sweepAt = SWEEP_MIN;

  /** Those that are open, and those that have closed and are still known. */
  get size(): number {
    return this.sockets.size;
  }

  add(socket: Socket): void {
    this.sockets.add(socket);
    if (this.sockets.size < this.sweepAt) return;
    for (const known of this.sockets) if (known.destroyed) this.sockets.delete(known);
    this.sweepAt = Math.max(SWEEP_MIN, this.sockets.size * SWEEP_GROWTH);
  }

  destroyAll(): void {
    for (const socket of this.sockets) socket.destroy();
  }
}
