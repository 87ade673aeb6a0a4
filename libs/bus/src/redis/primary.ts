import type { Line } from './line';
import type { RedisWithScripts } from './scripts';

/** What a server tells of itself that decides whether its log can be trusted to be whole. */
export interface ServerHistory {
  readonly runId: string;
  readonly replicationId: string;
  readonly wasReplica: boolean;
  readonly keepsFile: boolean;
}

/** Reads the answer to `INFO`; what Redis does not tell is taken as a server of whom nothing is known. */
export function readHistory(info: string): ServerHistory {
  const field = (name: string): string => new RegExp(`^${name}:([^\\r\\n]*)`, 'm').exec(info)?.[1] ?? '';
  return {
    runId: field('run_id'),
    replicationId: field('master_replid'),
    // A promoted replica remembers the history it followed; a server that always was the primary has none but its own.
    wasReplica: !/^0*$/.test(field('master_replid2')),
    keepsFile: field('aof_enabled') === '1',
  };
}

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
    private readonly claim: (redis: RedisWithScripts, history: ServerHistory) => Promise<unknown>,
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
        await this.claim(redis, readHistory(await redis.info()));
        this.known = redis.stream === stream;
      })
      .finally(() => {
        this.looking = undefined;
      });
    return this.looking;
  }
}
