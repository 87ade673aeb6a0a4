import { Round } from './round';

interface Held<V> {
  readonly value: V;
  readonly expiresAt: number;
}

/** What a value takes besides its texts. */
const HELD_BYTES = 200;

/**
 * Values that are gone from `expiresAt` on, whether or not they have been swept out yet. Above `maxBytes`, with their keys, those
 * that were set the longest ago go first.
 */
export class ExpiringMap<V> {
  private readonly held = new Map<string, Held<V>>();
  // In the order in which they were set last.
  private bytes = 0;
  private now = 0;
  private readonly round = new Round(this.held, ({ expiresAt }, key) => {
    if (expiresAt <= this.now) this.delete(key);
  });

  /** `sizeOf`: bytes of a value; those of its key come on top. */
  constructor(
    private readonly maxBytes = Infinity,
    private readonly sizeOf: (value: V) => number = () => 0,
  ) {}

  /** What all values take with their keys, about. */
  get total(): number {
    return this.bytes;
  }

  get size(): number {
    return this.held.size;
  }

  get(key: string, now: number): V | undefined {
    const found = this.held.get(key);
    return found !== undefined && found.expiresAt > now ? found.value : undefined;
  }

  set(key: string, value: V, expiresAt: number): void {
    this.delete(key);
    this.held.set(key, { value, expiresAt });
    this.bytes += this.bytesOf(key, value);
    while (this.bytes > this.maxBytes) this.delete(this.held.keys().next().value as string);
  }

  /** Looks at the next `count` values and drops those that have expired. */
  sweep(count: number, now: number): void {
    this.now = now;
    this.round.step(count);
  }

  private delete(key: string): void {
    const found = this.held.get(key);
    if (found === undefined) return;
    this.held.delete(key);
    this.bytes -= this.bytesOf(key, found.value);
  }

  private bytesOf(key: string, value: V): number {
    return HELD_BYTES + key.length + this.sizeOf(value);
  }
}
