import { BusUnavailableError, MemoryBus } from '@tetracast/bus';

/** A log that can be out of reach. */
export class FaultyBus extends MemoryBus {
  isAway = false;

  constructor() {
    super({ retention: { size: 100, ttlMs: 60_000 } });
  }

  override ping(): Promise<void> {
    return this.isAway ? away() : super.ping();
  }

  override append(...args: Parameters<MemoryBus['append']>): ReturnType<MemoryBus['append']> {
    return this.isAway ? away() : super.append(...args);
  }
}

function away(): Promise<never> {
  return Promise.reject(new BusUnavailableError('connect ECONNREFUSED 10.0.0.1:6379'));
}
