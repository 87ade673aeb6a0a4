import type { RedisConnection } from './redis-connection';
import type { RedisWithScripts } from '../scripts/scripts';
import { readServerInfo, type ServerInfo } from './server-info';

/**
 * Inspects the server of every new connection before the bus uses it. A promoted replica may lack the last acknowledged
 * messages, and a server without an append-only file those after its last snapshot. Then the message log begins a new epoch,
 * since it would assign the same sequence numbers a second time.
 */
export class InspectedPrimary {
  private isInspected = false;
  private inspection: Promise<void> | undefined;

  constructor(
    private readonly connection: RedisConnection,
    private readonly claim: (redis: RedisWithScripts, server: ServerInfo) => Promise<unknown>,
  ) {
    for (const event of ['ready', 'close'] as const) {
      connection.redis.on(event, () => {
        this.isInspected = false;
      });
    }
  }

  /** Runs a command on an inspected server. @throws BusUnavailableError */
  async run<T>(command: (redis: RedisWithScripts) => Promise<T>): Promise<T> {
    if (!this.isInspected) await this.inspect();
    return this.connection.run(command);
  }

  private inspect(): Promise<void> {
    this.inspection ??= this.connection
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
