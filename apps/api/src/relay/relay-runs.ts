import type { RelayStore } from '@tetracast/bus';
import { CodedError } from '@tetracast/message-model';
import { failed, type RelayCall } from './upstream/call-upstream';
import { RelayLog } from './upstream/relay-log';
import { type RelayContext, RelayRun } from './upstream/relay-run';
import { SharedAppends } from './upstream/shared-appends';

const TICK_MAX_MS = 1000;

/** How often a lease is renewed within its time. */
const RENEWALS_PER_LEASE = 3;

interface RunsContext extends Omit<RelayContext, 'appends'> {
  readonly settings: RelayContext['settings'] & {
    readonly relayLeaseMs: number;
    readonly relays: ReadonlyMap<string, unknown>;
  };
  readonly bus: RelayStore;
}

/** The relays that this process runs. It also ends those whose process has died. */
export class RelayRuns {
  private readonly runs = new Map<string, RelayRun>();
  private readonly appends: SharedAppends;
  private readonly ticker: NodeJS.Timeout | undefined;
  private whenIdle: (() => void) | undefined;
  private renewedAt: number;
  private isBusy = false;

  constructor(private readonly context: RunsContext) {
    this.appends = new SharedAppends(context.hub, context.runtime);
    this.renewedAt = context.runtime.monotonicMs();
    const { relayLeaseMs, relayIdleTimeoutMs, relays } = context.settings;
    if (relays.size === 0) return;
    const tickMs = Math.min(TICK_MAX_MS, relayLeaseMs / RENEWALS_PER_LEASE, relayIdleTimeoutMs / 2);
    this.ticker = context.runtime.setInterval(() => this.tick(), tickMs).unref();
  }

  /** Runs a relay that has a lease. */
  start(channel: string, call: RelayCall): RelayRun {
    const run = new RelayRun({ ...this.context, appends: this.appends }, channel, call);
    this.runs.set(channel, run);
    void run.run().then(() => this.ended(channel));
    return run;
  }

  /** Waits for the relays that run, at most for `waitMs`. Then it stops them, and waits until they have stored their end. */
  async drain(waitMs: number): Promise<void> {
    const { runtime } = this.context;
    const timer = runtime.setTimeout(() => {
      for (const run of this.runs.values()) run.stop(failed('relay_stopped'));
    }, waitMs);
    if (this.runs.size > 0) await new Promise<void>((resolve) => (this.whenIdle = resolve));
    runtime.clearTimeout(timer);
    runtime.clearInterval(this.ticker);
  }

  private ended(channel: string): void {
    this.runs.delete(channel);
    this.context.bus.releaseRelay(channel).catch(() => undefined);
    if (this.runs.size === 0) this.whenIdle?.();
  }

  private tick(): void {
    const now = this.context.runtime.monotonicMs();
    for (const run of this.runs.values()) run.checkTime(now);
    if (this.isBusy || now - this.renewedAt < this.context.settings.relayLeaseMs / RENEWALS_PER_LEASE) return;
    this.renewedAt = now;
    this.isBusy = true;
    void this.renew()
      // The bus logs that it cannot be reached.
      .catch(() => undefined)
      .then(() => (this.isBusy = false));
  }

  private async renew(): Promise<void> {
    const { bus, settings } = this.context;
    const channels = [...this.runs.keys()];
    if (channels.length > 0) {
      const lost = await bus.renewRelays(channels, settings.relayLeaseMs);
      // If another process has taken it, the channel has its end from there.
      for (const channel of lost) this.runs.get(channel)?.stop(failed('relay_lost'));
    }
    for (const channel of await bus.takeExpiredRelays(settings.relayLeaseMs)) {
      if (this.runs.has(channel)) continue;
      await this.endLost(channel);
    }
  }

  private async endLost(channel: string): Promise<void> {
    const { bus, runtime, logger } = this.context;
    try {
      await new RelayLog(this.appends, channel, runtime).end(failed('relay_lost'));
      logger.warn({ channel }, 'a relay was ended whose process has died');
    } catch (error) {
      // Its process died, or lost Redis, between the end and the release: the others must not wait for it.
      if (!(error instanceof CodedError && error.code === 'channel_ended')) throw error;
    }
    await bus.releaseRelay(channel);
  }
}
