import type { Line } from './line';
import type { RedisWithScripts } from './scripts';
import { readServerInfo, type ServerInfo } from './server-info';

/**
 * Has the server at the other end looked at before the log is used over a new connection. A replica that took the
 * primary's place may lack what the primary acknowledged last, and a server without an append-only file what came after
 * its last snapshot: there the log begins a new life, since its numbers would be given out a second time.
 */
export class Primary {
  private known = false;
  private looking: Promise<void> | undefined;

  constructor(
    private readonly line: Line,
    private readonly claim: (redis: RedisWithScripts, server: ServerInfo) => Promise<unknown>,
  ) {
    for (const event of ['ready', 'close'] as const) {
      line.redis.on(event, () => {
        this.known = false;
      });
    }
  }

  /** Runs a command on a server that was looked at. @throws BusUnavailableError */
  async run<T>(command: (redis: RedisWithScripts) => Promise<T>): Promise<T> {
    if (!this.known) await this.look();
    return this.line.run(command);
  }

  private look(): Promise<void> {
    this.looking ??= this.line
      .run(async (redis) => {
        const { stream } = redis;
        await this.claim(redis, readServerInfo(await redis.info()));
        this.known = redis.stream === stream;
      })
      .finally(() => {
        this.looking = undefined;
      });
    return this.looking;
  }
}
