import { BusUnavailableError, MemoryBus } from '@tetracast/bus';

const REFUSED = 'connect ECONNREFUSED 10.0.0.1:6379';

/** A log that can be out of reach. */
export class FaultyBus extends MemoryBus {
  isAway = false;

  constructor() {
    super({ retention: { size: 100, ttlMs: 60_000 } });
  }

  override check(): ReturnType<MemoryBus['check']> {
    if (!this.isAway) return super.check();
    return Promise.resolve({ read: 'ok', write: REFUSED, announce: REFUSED, hear: 'ok' });
  }

  override append(...args: Parameters<MemoryBus['append']>): ReturnType<MemoryBus['append']> {
    return this.isAway ? away() : super.append(...args);
  }
}

function away(): Promise<never> {
  return Promise.reject(new BusUnavailableError(REFUSED));
}
