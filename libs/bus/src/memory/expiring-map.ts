import { GradualSweep } from './gradual-sweep';

interface Expiring<V> {
  readonly value: V;
  readonly expiresAt: number;
}

/** Memory of a value besides its texts. */
const VALUE_BYTES = 200;

/**
 * Values that expire at `expiresAt`, whether or not they have been removed by then. Above `maxBytes`, with their keys, the
 * values that were set first are removed first.
 */
export class ExpiringMap<V> {
  private readonly values = new Map<string, Expiring<V>>();
  private bytes = 0;
  private now = 0;
  private readonly sweeper = new GradualSweep(this.values, ({ expiresAt }, key) => {
    if (expiresAt <= this.now) this.delete(key);
  });

  /** `sizeOf`: bytes of a value, without its key. */
  constructor(
    private readonly maxBytes = Infinity,
    private readonly sizeOf: (value: V) => number = () => 0,
  ) {}

  /** Approximate bytes of all values with their keys. */
  get total(): number {
    return this.bytes;
  }

  get size(): number {
    return this.values.size;
  }

  /** The keys of all values, also of some that have expired. */
  keys(): Iterable<string> {
    return this.values.keys();
  }

  get(key: string, now: number): V | undefined {
    const found = this.values.get(key);
    return found !== undefined && found.expiresAt > now ? found.value : undefined;
  }

  set(key: string, value: V, expiresAt: number): void {
    this.delete(key);
    this.values.set(key, { value, expiresAt });
    this.bytes += this.bytesOf(key, value);
    while (this.bytes > this.maxBytes) this.delete(this.values.keys().next().value as string);
  }

  /** Checks the next `count` values and removes those that have expired. */
  sweep(count: number, now: number): void {
    this.now = now;
    this.sweeper.step(count);
  }

  delete(key: string): void {
    const found = this.values.get(key);
    if (found === undefined) return;
    this.values.delete(key);
    this.bytes -= this.bytesOf(key, found.value);
  }

  private bytesOf(key: string, value: V): number {
    return VALUE_BYTES + key.length + this.sizeOf(value);
  }
}
