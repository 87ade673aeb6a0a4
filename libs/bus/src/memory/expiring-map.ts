import { Round } from './round';

interface Held<V> {
  readonly value: V;
  readonly expiresAt: number;
}

/** Values that are gone from `expiresAt` on, whether or not they have been swept out yet. */
export class ExpiringMap<V> {
  private readonly held = new Map<string, Held<V>>();
  private now = 0;
  private readonly round = new Round(this.held, ({ expiresAt }, key) => {
    if (expiresAt <= this.now) this.held.delete(key);
  });

  get size(): number {
    return this.held.size;
  }

  get(key: string, now: number): V | undefined {
    const found = this.held.get(key);
    return found !== undefined && found.expiresAt > now ? found.value : undefined;
  }

  set(key: string, value: V, expiresAt: number): void {
    this.held.set(key, { value, expiresAt });
  }

  /** Looks at the next `count` values and drops those that have expired. */
  sweep(count: number, now: number): void {
    this.now = now;
    this.round.step(count);
  }
}
