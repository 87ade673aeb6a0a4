import { BusUnavailableError, MemoryBus } from '@tetracast/bus';

/** A log that can be away, and that can keep those who subscribe waiting until the test lets them. */
export class SlowBus extends MemoryBus {
  isAway = false;
  isSlow = false;
  readonly waiting: (() => void)[] = [];

  constructor() {
    super({ retention: { size: 1000, ttlMs: 60_000 } });
  }

  override async subscribe(channel: string): Promise<void> {
    if (this.isAway) throw new BusUnavailableError('away');
    if (this.isSlow) await new Promise<void>((resolve) => this.waiting.push(resolve));
    return super.subscribe(channel);
  }
}
