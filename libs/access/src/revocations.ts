import type { Permissions } from './permissions';

/** Revokes tokens: the one with this `jti`, those of this `sub`, or both. */
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
   * Takes revocations in any order, also repeated ones; of several for one token or subject the latest counts.
   * @returns whether it revokes anything that was not revoked before
   */
  add({ jti, sub, at }: Revocation): boolean {
    const isNewToken = jti !== undefined && keepLatest(this.byToken, jti, at);
    const isNewSubject = sub !== undefined && keepLatest(this.bySubject, sub, at);
    return isNewToken || isNewSubject;
  }

  /**
   * Whether the token behind these permissions is revoked. `iat` is in whole seconds, so a token issued in the same second as
   * its subject's revocation counts as issued before. Permissions without a token cannot be revoked.
   */
  covers({ tokenId, subject, issuedAtMs = -Infinity }: Permissions): boolean {
    if (tokenId !== undefined && this.byToken.has(tokenId)) return true;
    const at = subject === undefined ? undefined : this.bySubject.get(subject);
    return at !== undefined && issuedAtMs < at;
  }

  /** All known revocations, one for each `jti` and `sub`. */
  all(): Revocation[] {
    return [
      ...[...this.byToken].map(([jti, at]) => ({ jti, at })),
      ...[...this.bySubject].map(([sub, at]) => ({ sub, at })),
    ];
  }

  get size(): number {
    return this.byToken.size + this.bySubject.size;
  }

  /** Forgets revocations before `ms` since 1970; call it once every token from before that time has expired. */
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
