import { type RedisServer, type SentinelServer, startRedis, startSentinel } from '@tetracast/testing';
import type { LogServers } from './log-servers';

/** More than a busy machine holds a primary up for: it fails over when a case wants it to, not before. */
const DOWN_AFTER_MS = 5000;

/** A primary, a replica that follows it like any other, and a Sentinel that the services ask which is which. */
export class SentinelRedis implements LogServers {
  private constructor(
    readonly primary: RedisServer,
    readonly replica: RedisServer,
    readonly sentinel: SentinelServer,
    private readonly parts: readonly AsyncDisposable[],
  ) {}

  static async start(): Promise<SentinelRedis> {
    const parts: AsyncDisposable[] = [];
    const keep = <T extends AsyncDisposable>(part: T): T => {
      parts.unshift(part);
      return part;
    };
    try {
      const primary = keep(await startRedis({ appendOnly: true }));
      const replica = keep(await startRedis({ appendOnly: true, replicaOf: primary }));
      return new SentinelRedis(
        primary,
        replica,
        keep(await startSentinel({ primary, downAfterMs: DOWN_AFTER_MS })),
        parts,
      );
    } catch (error) {
      for (const part of parts) await part[Symbol.asyncDispose]();
      throw error;
    }
  }

  get busUrl(): string {
    return this.sentinel.url;
  }

  /** It serves one case: there is no way back from a failover but another. */
  heal(): Promise<void> {
    return Promise.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const part of this.parts) await part[Symbol.asyncDispose]();
  }
}
