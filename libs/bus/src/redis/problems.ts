import { nodeRuntime, type Runtime } from '@tetracast/node-io/runtime';
import type { BusLogger } from '../bus-logger';

/** The same reason is logged at most once in this time. */
const REPEAT_AFTER_MS = 30_000;
/** With more different reasons than this, all are forgotten. */
const REASONS_MAX = 50;

export interface ProblemsOptions {
  /** Default: nothing is logged. */
  readonly logger?: BusLogger;
  /** Default: the real clocks and timers. */
  readonly runtime?: Runtime;
}

/**
 * Logs why one server cannot be used, each reason at most every 30 s, and when it can be used again. It needs no timer: a
 * failing operation is retried, and so reported again.
 */
export class Problems {
  private readonly loggedAt = new Map<string, number>();
  private readonly logger: BusLogger | undefined;
  private readonly runtime: Runtime;
  private isOpen = false;

  /** @param server the subject of the log lines */
  constructor(
    private readonly server: string,
    { logger, runtime = nodeRuntime }: ProblemsOptions,
  ) {
    this.logger = logger;
    this.runtime = runtime;
  }

  /** @param reason holds no secrets; the same reason has the same text */
  report(reason: string): void {
    const now = this.runtime.monotonicMs();
    const loggedAt = this.loggedAt.get(reason);
    if (loggedAt !== undefined && now - loggedAt < REPEAT_AFTER_MS) return;
    if (this.loggedAt.size >= REASONS_MAX) this.loggedAt.clear();
    this.loggedAt.set(reason, now);
    this.isOpen = true;
    this.logger?.error({ reason }, `${this.server} cannot be used: ${reason}`);
  }

  end(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.logger?.info(`${this.server} can be used again`);
  }
}
