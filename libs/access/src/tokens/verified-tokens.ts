import type { Runtime } from '@tetracast/node-io/runtime';
import { hash } from 'node:crypto';
import type { Permissions } from '../permissions';

interface Verified {
  readonly permissions: Permissions;
  readonly untilMs: number;
}

/**
 * Recently verified tokens, so that a poll costs a hash (2 µs) and not the check of a signature (200–400 µs). Tokens are kept
 * as their SHA-256 only. At capacity the oldest is forgotten.
 */
export class VerifiedTokens {
  private readonly known = new Map<string, Verified>();

  constructor(
    private readonly capacity: number,
    private readonly runtime: Runtime,
  ) {}

  get(token: string): Permissions | undefined {
    const key = keyOf(token);
    const verified = this.known.get(key);
    if (verified === undefined || verified.untilMs > this.runtime.now()) return verified?.permissions;
    this.known.delete(key);
    return undefined;
  }

  /** Remembers the permissions of `token` until `untilMs` since 1970. */
  set(token: string, permissions: Permissions, untilMs: number): void {
    const key = keyOf(token);
    // Deleted first, so that the token becomes the newest in the map's order.
    this.known.delete(key);
    this.known.set(key, { permissions, untilMs });
    for (const oldest of this.known.keys()) {
      if (this.known.size <= this.capacity) break;
      this.known.delete(oldest);
    }
  }
}

const keyOf = (token: string): string => hash('sha256', token, 'base64url');
