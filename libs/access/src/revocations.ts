import type { Permissions } from './permissions';

/** Takes tokens back: the one with this `jti`, those of this `sub`, or both. */
export interface Revocation {
  readonly jti?: string;
  /** Every token of the subject issued before `at`, and those that do not say when they were issued. */
  readonly sub?: string;
  /** When it was revoked, in ms since 1970. */
  readonly at: number;
}

/** The revocations one process knows of. */
export class Revocations {
  private readonly byToken = new Map<string, number>();
  private readonly bySubject = new Map<string, number>();

  /**
   * In any order, and more than once; of several for one token or subject the latest counts.
   * @returns whether it takes anything back that was not taken back before.
   */
  add({ jti, sub, at }: Revocation): boolean {
    const isNewToken = jti !== undefined && keepLatest(this.byToken, jti, at);
    const isNewSubject = sub !== undefined && keepLatest(this.bySubject, sub, at);
    return isNewToken || isNewSubject;
  }

  /**
   * Whether the token behind this grant was taken back. `iat` is in whole seconds, so a token issued in the very second
   * of its subject's revocation counts as issued before. What needs no token cannot be revoked.
   */
  covers({ tokenId, subject, issuedAtMs = -Infinity }: Permissions): boolean {
    if (tokenId !== undefined && this.byToken.has(tokenId)) return true;
    const at = subject === undefined ? undefined : this.bySubject.get(subject);
    return at !== undefined && issuedAtMs < at;
  }

  /** Each that is known, apart. */
  all(): Revocation[] {
    return [
      ...[...this.byToken].map(([jti, at]) => ({ jti, at })),
      ...[...this.bySubject].map(([sub, at]) => ({ sub, at })),
    ];
  }

  get size(): number {
    return this.byToken.size + this.bySubject.size;
  }

  /** Forgets what was revoked before `ms` since 1970: right once every token from before it has expired. */
  forgetBefore(ms: number): void {
    for (const known of [this.byToken, this.bySubject]) {
      for (const [name, at] of known) if (at < ms) known.delete(name);
    }
  }
}

function keepLatest(known: Map<string, number>, name: string, at: number): boolean {
  const isLater = at > (known.get(name) ?? -Infinity);
  if (isLater) known.set(name, at);
  return isLater;
}
