import { ExpiringMap } from './expiring-map';

/**
 * Values that expire, each kind with a place of its own: above `maxBytes` of one kind the oldest of that kind go first, and many
 * tickets cost no session its channels. A kind is what stands before the first colon of a key: there are as many as the code names.
 */
export class MemoryKeyValues {
  private readonly kinds = new Map<string, ExpiringMap<string>>();

  constructor(private readonly maxBytes: number) {}

  /** What all values take with their keys, about. */
  get total(): number {
    let total = 0;
    for (const kind of this.kinds.values()) total += kind.total;
    return total;
  }

  get(key: string, now: number): string | undefined {
    return this.kinds.get(kindOf(key))?.get(key, now);
  }

  set(key: string, value: string, expiresAt: number): void {
    const name = kindOf(key);
    const kind = this.kinds.get(name) ?? new ExpiringMap<string>(this.maxBytes, (text) => Buffer.byteLength(text));
    this.kinds.set(name, kind);
    kind.set(key, value, expiresAt);
  }

  /** Looks at the next `count` values of each kind and drops those that have expired. */
  sweep(count: number, now: number): void {
    for (const kind of this.kinds.values()) kind.sweep(count, now);
  }
}

function kindOf(key: string): string {
  return key.slice(0, key.indexOf(':') + 1);
}
