import type { Runtime } from '@tetracast/node-io/runtime';
import { type BusChecks, CHECK_OK } from '../bus';
import { BusUnavailableError } from '../message-log';
import type { RedisKeys } from './keys';
import type { RedisConnection } from './connection/redis-connection';
import type { InspectedPrimary } from './connection/inspected-primary';
import type { Problems } from './problems';
import { reasonOf } from './connection/reason';
import { lacksRight, isReplicaError } from './connection/unavailable';

/** The connections that it checks. */
export interface CheckedConnections {
  readonly commands: RedisConnection;
  readonly announcements: RedisConnection;
  readonly primary: InspectedPrimary;
}

/** The result of the script; `number` is what it announced. */
interface LogProof extends Omit<BusChecks, 'hear'> {
  readonly number: number;
}

const DEFAULT_HEARTBEAT_MS = 1000;
/** A result is reused until it is this old. */
const FRESH_MS = 1000;

/**
 * Proves that the bus works: one script (prove.lua) reads, writes and announces over the connection for commands, and the
 * connection for announcements receives it. It runs when a connection becomes ready, then periodically and on request, never
 * twice at a time. It finds missing rights, a demoted server, and connections that no longer answer.
 */
export class SelfCheck {
  private readonly heartbeat: NodeJS.Timeout;
  private latest: { readonly at: number; readonly checks: BusChecks } | undefined;
  private running: Promise<BusChecks> | undefined;
  private proving: Promise<LogProof> | undefined;
  /** Whether the current connection is proved to allow all that an append does. */
  mayAppend = false;
  private announced = 0;
  private received = 0;
  private onReceived: () => void = () => undefined;

  /** @param heartbeatMs period of the check; default 1000 */
  constructor(
    private readonly connections: CheckedConnections,
    private readonly keys: RedisKeys,
    private readonly problems: Problems,
    private readonly runtime: Runtime,
    heartbeatMs = DEFAULT_HEARTBEAT_MS,
  ) {
    const { commands, announcements } = connections;
    for (const connection of [commands, announcements]) {
      connection.redis.on('close', () => {
        this.latest = undefined;
        if (connection === commands) this.mayAppend = false;
      });
      connection.onReady(() => void this.run());
    }
    this.heartbeat = runtime.setInterval(() => void this.run(), heartbeatMs).unref();
  }

  /** The result of the last second, or a new one. */
  check(): Promise<BusChecks> {
    const { latest } = this;
    const isFresh = latest !== undefined && this.runtime.monotonicMs() - latest.at < FRESH_MS;
    return isFresh ? Promise.resolve(latest.checks) : this.run();
  }

  /**
   * Sets {@link mayAppend}: a script that fails half-way would leave behind what it has written.
   *
   * @throws BusUnavailableError with the reason if an append would fail
   */
  async proveAppend(): Promise<void> {
    const reason = whyNotAppend(await this.proveLog());
    if (reason !== undefined) throw new BusUnavailableError(`Redis cannot be used: ${reason}`);
  }

  /** Takes the error of an append: after a missing right the next append waits for a new proof. */
  noteFailure(error: Error): void {
    if (!lacksRight(error)) return;
    this.mayAppend = false;
    this.latest = undefined;
  }

  /** Takes an announcement on the channel of this check. */
  onProof(text: string): void {
    const number = Number(text);
    if (!(number > this.received)) return;
    this.received = number;
    this.onReceived();
  }

  close(): void {
    this.runtime.clearInterval(this.heartbeat);
  }

  private run(): Promise<BusChecks> {
    this.running ??= this.runCheck().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private async runCheck(): Promise<BusChecks> {
    const { commands, announcements } = this.connections;
    const { number, ...log } = await this.proveLog();
    const checks = { ...log, hear: await this.receiveProof(number, log.announce) };
    const failure = Object.values(checks).find((result) => result !== CHECK_OK);
    // A connection that is not ready has reported why, and costs nothing to check again.
    if (commands.isReady && announcements.isReady) {
      this.latest = { at: this.runtime.monotonicMs(), checks };
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
    const { commands, primary } = this.connections;
    const number = ++this.announced;
    try {
      const answer = primary.run((redis) => redis.tetracastProve(...this.keys.proof, this.keys.proofChannel, number));
      const failures = await commands.expect(answer);
      if (failures.some((message) => isReplicaError({ message }))) commands.drop(new Error('this Redis is a replica'));
      const [read, write, announce] = failures.map((failure) =>
        failure === '' ? CHECK_OK : reasonOf({ message: failure }),
      );
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

  private async receiveProof(number: number, announce: string): Promise<string> {
    const { announcements } = this.connections;
    try {
      await announcements.expect(
        announcements.run(async () => {
          if (announce !== CHECK_OK) throw new Error('nothing could be announced');
          if (this.received < number) await new Promise<void>((resolve) => (this.onReceived = resolve));
        }),
      );
      return CHECK_OK;
    } catch (error) {
      return reasonOf(error);
    }
  }
}

function whyNotAppend({ read, write, announce }: LogProof): string | undefined {
  return [read, write, announce].find((result) => result !== CHECK_OK);
}
