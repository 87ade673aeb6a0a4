import type { RedisConnection } from './redis-connection';
import type { RedisWithScripts } from '../scripts/scripts';
import { readServerInfo, type ServerInfo } from './server-info';

/**
 * Has the server at the other end looked at before the log is used over a new connection. A replica that took the
 * primary's place may lack what the primary acknowledged last, and a server without an append-only file what came after
 * its last snapshot: there the log begins a new life, since its numbers would be given out a second time.
 */
export class InspectedPrimary {
  private isInspected = false;
  private inspection: Promise<void> | undefined;

  constructor(
    private readonly line: RedisConnection,
    private readonly claim: (redis: RedisWithScripts, server: ServerInfo) => Promise<unknown>,
  ) {
    for (const event of ['ready', 'close'] as const) {
      line.redis.on(event, () => {
        this.isInspected = false;
      });
    }
  }

  /** Runs a command on a server that was looked at. @throws BusUnavailableError */
  async run<T>(command: (redis: RedisWithScripts) => Promise<T>): Promise<T> {
    if (!this.isInspected) await this.inspect();
    return this.line.run(command);
  }

  private inspect(): Promise<void> {
    this.inspection ??= this.line
      .run(async (redis) => {
        const { stream } = redis;
        await this.claim(redis, readServerInfo(await redis.info()));
        this.isInspected = redis.stream === stream;
      })
      .finally(() => {
        this.inspection = undefined;
      });
    return this.inspection;
  }
}
