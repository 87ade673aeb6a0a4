import type { Socket } from 'node:net';

const SWEEP_MIN = 256;

/**
 * Closed sockets are removed when the set has this many times as many as were open after the last sweep: a closed socket keeps
 * some KB of its connection. This costs nine checks for each new socket.
 */
const SWEEP_GROWTH = 9 / 8;

/** The open sockets, and some that have closed: with very many sockets, a listener on each would cost too much. */
export class SocketSet {
  private readonly sockets = new Set<Socket>();
  private sweepAt = SWEEP_MIN;

  /** The number of sockets, including those that have closed since the last sweep. */
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
