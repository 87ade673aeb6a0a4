import { BusUnavailableError } from '@tetracast/bus';
import type { Hub } from '@tetracast/hub';
import {
  CANCEL_EVENT,
  CodedError,
  END_EVENT,
  RELAY_EVENT,
  RELAY_ROLL_UP_MS,
  type RelayStart,
} from '@tetracast/message-model';
import type { Runtime } from '@tetracast/node-io/runtime';
import type { FastifyBaseLogger } from 'fastify';
import { callUpstream, failed, type RelayCall, RelayError, relayError, type UpstreamAnswer } from './call-upstream';
import { type Ending, LogLostError, RelayLog } from './relay-log';
import type { SharedAppends } from './shared-appends';
import { RollUp } from './roll-up';
import { isEncodingError, Splitter } from './splitter';
import { watchChannel } from './watch-channel';

export interface RelayContext {
  readonly settings: {
    readonly maxMessageBytes: number;
    readonly maxRelayBytes: number;
    readonly relayTimeoutMs: number;
    readonly relayIdleTimeoutMs: number;
  };
  readonly hub: Hub;
  readonly appends: SharedAppends;
  readonly runtime: Runtime;
  readonly logger: Pick<FastifyBaseLogger, 'info' | 'warn'>;
}

/** One request to an upstream, whose answer is stored on a channel. It goes on without any reader. */
export class RelayRun {
  private readonly abort = new AbortController();
  private readonly log: RelayLog;
  /** Why it stops before the upstream has ended. The first reason counts. */
  private stopped: Ending | undefined;
  /** Another process has ended the channel. */
  private isLost = false;
  private readonly startedAt: number;
  private heardAt: number;
  private bytes = 0;

  constructor(
    private readonly context: RelayContext,
    readonly channel: string,
    private readonly call: RelayCall,
  ) {
    this.log = new RelayLog(context.appends, channel, context.runtime);
    this.startedAt = this.heardAt = context.runtime.monotonicMs();
  }

  /** Stops the upstream. What it has sent so far is stored, then `end`. */
  stop(end: Ending): void {
    this.stopped ??= end;
    this.abort.abort();
  }

  /** Another process has ended the channel: stops the upstream, and stores nothing more. */
  private lose(): void {
    this.isLost = true;
    this.abort.abort();
  }

  /** Stops it if it has taken too long. */
  checkTime(now: number): void {
    const { relayTimeoutMs, relayIdleTimeoutMs } = this.context.settings;
    if (now - this.startedAt < relayTimeoutMs && now - this.heardAt < relayIdleTimeoutMs) return;
    this.stop(failed('upstream_timeout'));
  }

  /** Resolves when the channel has its end, or will get it from another process. Never rejects. */
  async run(): Promise<void> {
    const unwatch = this.watch();
    const end = await this.relay(unwatch).catch((error: unknown) => {
      // Not after a whole answer: its connection serves the next request.
      this.abort.abort();
      return this.endFor(error);
    });
    await this.finish(end).catch((error: unknown) => {
      if (this.isLost) return;
      this.context.logger.warn({ err: error, channel: this.channel }, 'the end of a relay could not be stored');
    });
    void unwatch.then(
      (close) => close(),
      () => undefined,
    );
  }

  /** Subscribes to the channel, to notice who cancels. */
  private watch(): Promise<() => void> {
    return watchChannel(this.context, this.channel, this.abort.signal, ({ event, client, user }) => {
      if (event === CANCEL_EVENT)
        this.stop({
          state: 'cancelled',
          ...(client === undefined ? {} : { client }),
          ...(user === undefined ? {} : { user }),
        });
      else if (event === END_EVENT) this.lose();
    });
  }

  private async relay(watched: Promise<unknown>): Promise<Ending> {
    const { settings, runtime } = this.context;
    const [answer] = await Promise.all([
      callUpstream(this.call, this.abort.signal, settings.maxMessageBytes / 8),
      watched,
    ]);
    this.heardAt = runtime.monotonicMs();
    const start: RelayStart = { relay: this.call.name, contentType: answer.contentType };
    await this.log.store(RELAY_EVENT, JSON.stringify(start));
    const store = (text: string): Promise<void> =>
      this.log.storeText(text).catch((error: unknown) => {
        // Nobody gets what the upstream would still send.
        this.abort.abort();
        throw error;
      });
    const rollUp = new RollUp(store, settings.maxMessageBytes, RELAY_ROLL_UP_MS, runtime);
    try {
      await this.read(answer, rollUp);
    } finally {
      await rollUp.flush();
    }
    return this.stopped ?? { state: 'done' };
  }

  /** Reads the body to its end. What does not complete an event or a line counts only if the upstream has ended by itself. */
  private async read({ kind, body }: UpstreamAnswer, rollUp: RollUp): Promise<void> {
    const { settings, runtime } = this.context;
    const splitter = new Splitter(kind);
    try {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        this.heardAt = runtime.monotonicMs();
        this.bytes += chunk.length;
        if (this.bytes > settings.maxRelayBytes) throw relayError('upstream_too_large');
        rollUp.add(splitter.push(chunk));
      }
      rollUp.add(splitter.end());
    } catch (error) {
      throw isEncodingError(error) ? relayError('upstream_invalid', { detail: 'its body is not UTF-8' }) : error;
    }
  }

  private endFor(error: unknown): Ending {
    if (this.stopped !== undefined) return this.stopped;
    if (error instanceof RelayError) {
      if (error.cause !== undefined)
        this.context.logger.warn({ err: error.cause, relay: this.call.name }, 'the upstream of a relay failed');
      return { state: 'failed', ...error.failure };
    }
    if (error instanceof CodedError && error.code === 'channel_ended') this.isLost = true;
    if (error instanceof LogLostError || error instanceof BusUnavailableError) return failed('relay_lost');
    // The connection broke.
    return failed('upstream_cut');
  }

  private async finish(end: Ending): Promise<void> {
    if (!this.isLost) await this.log.end(end);
  }
}
