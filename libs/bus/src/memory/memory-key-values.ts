import { ExpiringMap } from './expiring-map';

/**
 * Values that expire, with a limit for each kind: above `maxBytes` of one kind its oldest values are removed, so many tickets
 * cannot push out Socket.IO sessions. The kind is the part of a key before its first colon; the code names all kinds.
 */
export class MemoryKeyValues {
  private readonly kinds = new Map<string, ExpiringMap<string>>();

  constructor(private readonly maxBytes: number) {}

  /** Approximate bytes of all values with their keys. */
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

  /** Checks the next `count` values of each kind and removes those that have expired. */
  sweep(count: number, now: number): void {
    for (const kind of this.kinds.values()) kind.sweep(count, now);
  }
}

function kindOf(key: string): string {
  return key.slice(0, key.indexOf(':') + 1);
}
