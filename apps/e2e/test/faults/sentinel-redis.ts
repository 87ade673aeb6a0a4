import { pollUntil, type RedisServer, type SentinelServer, startRedis, startSentinel } from '@tetracast/testing';
import type { FaultyRedis } from './log-servers';

/** More than a busy machine holds a primary up for: it fails over when a case wants it to, not before. */
const DOWN_AFTER_MS = 5000;

/** A former primary follows the new one only when Sentinel has seen it come back, and then copies all it has. */
const IN_STEP_MS = 120_000;

/** A primary, a replica that follows it like any other, and a Sentinel that the services ask which is which. */
export class SentinelRedis implements FaultyRedis {
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

  async heal(): Promise<void> {
    for (const server of [this.primary, this.replica]) await server.command('PING').catch(() => server.restart());
    const [, follower] = await this.roles();
    // Sentinel closes the connections of a server to which it gives another role.
    const look = (): Promise<unknown> => follower.command('INFO', 'replication').catch(String);
    await pollUntil(look, (info) => String(info).includes('master_link_status:up'), IN_STEP_MS);
  }

  async restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const [leader] = await this.roles();
    await leader.kill(signal);
    await leader.restart();
  }

  /** Until the services leave the former primary it goes on acknowledging what is lost then. */
  async failOver(tail: () => Promise<void>): Promise<void> {
    const [, follower] = await this.roles();
    // Sentinel refuses while it knows of no replica that is in step.
    const ask = (): Promise<unknown> => this.sentinel.command('SENTINEL', 'FAILOVER', this.sentinel.name).catch(String);
    await pollUntil(ask, (answer) => answer === 'OK', IN_STEP_MS);
    await tail();
    await this.sentinel.untilPrimaryIs(follower.port);
  }

  /** The one that Sentinel calls the primary, and the other one. */
  private async roles(): Promise<[leader: RedisServer, follower: RedisServer]> {
    const { primary, replica, sentinel } = this;
    const answer = await sentinel.command('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', sentinel.name);
    const [, port] = answer as readonly string[];
    return port === String(primary.port) ? [primary, replica] : [replica, primary];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const part of this.parts) await part[Symbol.asyncDispose]();
  }
}
