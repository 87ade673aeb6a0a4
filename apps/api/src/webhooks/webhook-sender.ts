import { BusUnavailableError, type QueuedWebhook, type WebhookQueue } from '@tetracast/bus';
import { postOutside } from '@tetracast/node-io';
import { randomText, type Runtime } from '@tetracast/node-io/runtime';
import type { FastifyBaseLogger } from 'fastify';
import { ChannelBackOff, webhookBackOffMs } from './channel-back-off';
import { encodeDropped, type EncodedWebhook, encodeWebhook } from './encode-webhook';
import { signWebhook } from './sign-webhook';

/** Webhooks that are read from the queue at once. */
const PAGE = 100;
/** Requests to the receiver at a time. */
const REQUESTS_AT_ONCE = 16;
/** One process sends for this time; it begins nothing that could last longer. */
const LEASE_MS = 60_000;
const TIMEOUT_MS = 15_000;
const IDLE_MS = 1000;
/** The longest wait for a receiver that accepts nothing at all. */
const AWAY_MAX_MS = 60_000;
/** A webhook that no attempt delivers in this time is dropped. */
const GIVE_UP_MS = 24 * 3_600_000;

const NAME_BYTES = 9;

export interface SenderContext {
  readonly queue: WebhookQueue;
  readonly url: string;
  readonly secret: string;
  readonly runtime: Runtime;
  readonly logger: Pick<FastifyBaseLogger, 'warn' | 'info'>;
}

/** The webhooks of each channel, in their order. */
function byChannel(webhooks: readonly QueuedWebhook[]): QueuedWebhook[][] {
  const channels = new Map<string, QueuedWebhook[]>();
  for (const webhook of webhooks) {
    const some = channels.get(webhook.channel);
    if (some === undefined) channels.set(webhook.channel, [webhook]);
    else some.push(webhook);
  }
  return [...channels.values()];
}

/** Sends the webhooks of the queue at least once, in their order for each channel. After a failure the channel waits. */
export class WebhookSender {
  private readonly name: string;
  private readonly url: URL;
  private readonly backOff: ChannelBackOff;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  /** Passes through the queue since the receiver accepted something. */
  private failures = 0;
  private accepted = 0;
  private refused = 0;
  /** The last webhook that was read, if all before it were sent or wait. */
  private readThrough: string | undefined;
  private closed = false;

  constructor(private readonly context: SenderContext) {
    this.name = randomText(context.runtime, NAME_BYTES, 'hex');
    this.url = new URL(context.url);
    this.backOff = new ChannelBackOff(context.runtime);
  }

  start(): void {
    this.next(0);
  }

  /** Ends the requests that have begun, and lets another process send. */
  async close(): Promise<void> {
    this.closed = true;
    this.context.runtime.clearTimeout(this.timer);
    await this.running;
    await this.context.queue.takeWebhooks(this.name, { leaseMs: 1, count: 0 }).catch(() => undefined);
  }

  private next(waitMs: number): void {
    if (this.closed) return;
    const run = (): void => {
      this.running = this.pass().then((wait) => this.next(wait));
    };
    this.timer = this.context.runtime.setTimeout(run, waitMs).unref();
  }

  /** One pass through the queue; resolves to the wait before the next one, in ms. Never rejects. */
  private async pass(): Promise<number> {
    this.accepted = 0;
    this.refused = 0;
    try {
      let after = this.startOfPass();
      do after = await this.sendPage(after);
      while (after !== undefined);
    } catch (error) {
      if (!(error instanceof BusUnavailableError))
        this.context.logger.warn({ err: error }, 'a pass through the queue of webhooks failed');
      return IDLE_MS;
    }
    if (this.refused === 0 || this.accepted > 0) return this.accepted > 0 ? 0 : IDLE_MS;
    return webhookBackOffMs(this.context.runtime, ++this.failures, AWAY_MAX_MS);
  }

  /** After which webhook a pass begins. */
  private startOfPass(): string | undefined {
    const { readThrough, backOff } = this;
    this.readThrough = undefined;
    if (readThrough !== undefined && !backOff.needsWholeQueue()) return readThrough;
    backOff.restart();
    return undefined;
  }

  /** Sends what is due of the next page. Resolves to the id after which another page begins, if there is one. */
  private async sendPage(after: string | undefined): Promise<string | undefined> {
    const { queue, runtime } = this.context;
    const found = await queue.takeWebhooks(this.name, { leaseMs: LEASE_MS, count: PAGE, after });
    if (found === undefined) return undefined;
    const endsAt = runtime.monotonicMs() + LEASE_MS - 2 * TIMEOUT_MS;
    const { webhooks, dropped } = found;
    // A receiver that refuses it gets the others all the same.
    if (dropped > 0 && (await this.send(encodeDropped(dropped, runtime.now()))))
      await queue.removeWebhooks([], dropped);
    const sent = await this.sendAll(webhooks, endsAt);
    const old = webhooks.filter(({ id, time }) => !sent.has(id) && time < runtime.now() - GIVE_UP_MS);
    if (sent.size + old.length > 0) await queue.removeWebhooks([...sent, ...old.map(({ id }) => id)], -old.length);
    if (this.closed || runtime.monotonicMs() >= endsAt) return undefined;
    const last = webhooks.at(-1)?.id ?? after;
    if (webhooks.length === PAGE) return last;
    this.readThrough = last;
    return undefined;
  }

  /** The ids of those that were sent. */
  private async sendAll(webhooks: readonly QueuedWebhook[], endsAt: number): Promise<Set<string>> {
    const sent = new Set<string>();
    const channels = byChannel(webhooks).reverse();
    const sendChannels = async (): Promise<void> => {
      for (let next = channels.pop(); next !== undefined; next = channels.pop()) {
        for (const webhook of next) {
          if (this.closed || this.context.runtime.monotonicMs() >= endsAt) return;
          if (!(await this.sendDue(webhook))) break;
          sent.add(webhook.id);
        }
      }
    };
    await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, sendChannels));
    return sent;
  }

  /** Sends a webhook unless its channel waits. Resolves to whether the receiver has accepted it. */
  private async sendDue(webhook: QueuedWebhook): Promise<boolean> {
    const { channel } = webhook;
    if (!this.backOff.isDue(channel)) return false;
    const isAccepted = await this.send(encodeWebhook(webhook));
    if (isAccepted) this.backOff.succeeded(channel);
    else this.backOff.failed(channel);
    return isAccepted;
  }

  private async send({ id, body }: EncodedWebhook): Promise<boolean> {
    const { secret, runtime, logger } = this.context;
    const headers = { 'content-type': 'application/json', ...signWebhook(secret, id, runtime.now(), body) };
    const isFirst = this.failures === 0 && this.refused === 0;
    try {
      const status = await postOutside({ url: this.url, headers, body, timeoutMs: TIMEOUT_MS });
      if (status >= 200 && status < 300) {
        if (this.failures > 0) logger.info('the receiver of webhooks accepts them again');
        this.failures = 0;
        this.accepted++;
        return true;
      }
      if (isFirst) logger.warn({ status }, 'the receiver of webhooks refuses them: it must answer 2xx');
    } catch (error) {
      if (isFirst) logger.warn({ err: error }, 'the receiver of webhooks cannot be reached');
    }
    this.refused++;
    return false;
  }
}
