import { type BusChecks, CHECK_OK } from '../bus';
import { BusUnavailableError } from '../message-log';
import type { RedisKeys } from './keys';
import type { RedisConnection } from './connection/redis-connection';
import type { InspectedPrimary } from './connection/inspected-primary';
import type { Problems } from './problems';
import { reasonOf } from './connection/reason';
import { lacksRight, isReplicaError } from './connection/unavailable';

/** Its parts in Redis. */
export interface SelfCheckLines {
  readonly commands: RedisConnection;
  readonly announcements: RedisConnection;
  readonly primary: InspectedPrimary;
}

/** What the script found out; `number` is what it announced. */
interface LogProof extends Omit<BusChecks, 'hear'> {
  readonly number: number;
}

const DEFAULT_HEARTBEAT_MS = 1000;
/** An answer is given again until it is so old. */
const FRESH_MS = 1000;

/**
 * Proves that the log can be used: one script (prove.lua) reads, writes and announces over the connection for commands, and
 * the one for announcements hears it. It is done whenever a line stands, then in a period, and when a caller wants to know;
 * never twice at a time. It finds rights that are missing, a server that was demoted, and lines that fell silent.
 */
export class SelfCheck {
  private readonly heartbeat: NodeJS.Timeout;
  private latest: { readonly at: number; readonly checks: BusChecks } | undefined;
  private running: Promise<BusChecks> | undefined;
  private proving: Promise<LogProof> | undefined;
  /** Whether it is proved, over the connection that stands, that all that an append does can be done. */
  mayAppend = false;
  private announced = 0;
  private heard = 0;
  private onHeard: () => void = () => undefined;

  /** @param heartbeatMs how often it is done without being asked for; default 1000 */
  constructor(
    private readonly lines: SelfCheckLines,
    private readonly keys: RedisKeys,
    private readonly problems: Problems,
    heartbeatMs = DEFAULT_HEARTBEAT_MS,
  ) {
    const { commands, announcements } = lines;
    for (const line of [commands, announcements]) {
      line.redis.on('close', () => {
        this.latest = undefined;
        if (line === commands) this.mayAppend = false;
      });
      line.onReady(() => void this.run());
    }
    this.heartbeat = setInterval(() => void this.run(), heartbeatMs).unref();
  }

  /** What was found within the last second, or is found now. */
  check(): Promise<BusChecks> {
    const { latest } = this;
    const isFresh = latest !== undefined && performance.now() - latest.at < FRESH_MS;
    return isFresh ? Promise.resolve(latest.checks) : this.run();
  }

  /**
   * Has {@link mayAppend} found out: a script that fails half-way leaves behind what it has written.
   *
   * @throws BusUnavailableError that says why it may not
   */
  async proveAppend(): Promise<void> {
    const reason = whyNotAppend(await this.proveLog());
    if (reason !== undefined) throw new BusUnavailableError(`Redis cannot be used: ${reason}`);
  }

  /** Takes what an append failed with: when a right was taken away, the next append waits for a proof. */
  noteFailure(error: Error): void {
    if (!lacksRight(error)) return;
    this.mayAppend = false;
    this.latest = undefined;
  }

  /** Takes what was announced on the channel of this check. */
  hear(text: string): void {
    const number = Number(text);
    if (!(number > this.heard)) return;
    this.heard = number;
    this.onHeard();
  }

  close(): void {
    clearInterval(this.heartbeat);
  }

  private run(): Promise<BusChecks> {
    this.running ??= this.findOut().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private async findOut(): Promise<BusChecks> {
    const { commands, announcements } = this.lines;
    const { number, ...log } = await this.proveLog();
    const checks = { ...log, hear: await this.hearing(number, log.announce) };
    const failure = Object.values(checks).find((found) => found !== CHECK_OK);
    // A line that does not stand has said why, and costs nothing to ask again.
    if (commands.isReady && announcements.isReady) {
      this.latest = { at: performance.now(), checks };
      if (failure === undefined) this.problems.end();
      else this.problems.report(failure);
    }
    return checks;
  }

  private proveLog(): Promise<LogProof> {
    this.proving ??= this.runScript().finally(() => {
      this.proving = undefined;
    });
    return this.proving;
  }

  private async runScript(): Promise<LogProof> {
    const { commands, primary } = this.lines;
    const number = ++this.announced;
    try {
      const answer = primary.run((redis) => redis.tetracastProve(...this.keys.proof, this.keys.proofNews, number));
      const failures = await commands.expect(answer);
      if (failures.some((message) => isReplicaError({ message }))) commands.leave(new Error('this Redis is a replica'));
      const [read, write, announce] = failures.map((said) => (said === '' ? CHECK_OK : reasonOf({ message: said })));
      const proof = { number, read, write, announce } as LogProof;
      this.mayAppend = commands.isReady && whyNotAppend(proof) === undefined;
      if (!this.mayAppend) this.latest = undefined;
      return proof;
    } catch (error) {
      this.mayAppend = false;
      const reason = reasonOf(error);
      return { number, read: reason, write: reason, announce: reason };
    }
  }

  private async hearing(number: number, announce: string): Promise<string> {
    const { announcements } = this.lines;
    try {
      await announcements.expect(
        announcements.run(async () => {
          if (announce !== CHECK_OK) throw new Error('nothing could be announced');
          if (this.heard < number) await new Promise<void>((resolve) => (this.onHeard = resolve));
        }),
      );
      return CHECK_OK;
    } catch (error) {
      return reasonOf(error);
    }
  }
}

function whyNotAppend({ read, write, announce }: LogProof): string | undefined {
  return [read, write, announce].find((found) => found !== CHECK_OK);
}
