import { BusUnavailableError, type QueuedWebhook, type QueuedWebhooks, type WebhookQueue } from '@tetracast/bus';
import { postOutside } from '@tetracast/node-io';
import { randomText, type Runtime } from '@tetracast/node-io/runtime';
import type { FastifyBaseLogger } from 'fastify';
import { encodeDropped, type EncodedWebhook, encodeWebhook } from './encode-webhook';
import { signWebhook } from './sign-webhook';

/** Webhooks in one round, those of one channel one after the other. */
const ROUND = 100;
/** One process sends for this time; it begins nothing that could last longer. */
const LEASE_MS = 60_000;
const TIMEOUT_MS = 15_000;
const IDLE_MS = 1000;
const BACK_OFF_MAX_MS = 600_000;
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

/** Sends the webhooks of the queue at least once, in their order for each channel. After a failure it waits, longer each time. */
export class WebhookSender {
  private readonly name: string;
  private readonly url: URL;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private failures = 0;
  private closed = false;

  constructor(private readonly context: SenderContext) {
    this.name = randomText(context.runtime, NAME_BYTES, 'hex');
    this.url = new URL(context.url);
  }

  start(): void {
    this.next(0);
  }

  /** Ends the round, and lets another process send. */
  async close(): Promise<void> {
    this.closed = true;
    this.context.runtime.clearTimeout(this.timer);
    await this.running;
    await this.context.queue.takeWebhooks(this.name, 1, 0).catch(() => undefined);
  }

  private next(waitMs: number): void {
    if (this.closed) return;
    const run = (): void => {
      this.running = this.round().then((wait) => this.next(wait));
    };
    this.timer = this.context.runtime.setTimeout(run, waitMs).unref();
  }

  /** One round; resolves to the wait before the next one, in ms. Never rejects. */
  private async round(): Promise<number> {
    try {
      const found = await this.context.queue.takeWebhooks(this.name, LEASE_MS, ROUND);
      if (found === undefined || (found.webhooks.length === 0 && found.dropped === 0)) return IDLE_MS;
      return (await this.sendAll(found)) ? 0 : this.backOff();
    } catch (error) {
      if (!(error instanceof BusUnavailableError))
        this.context.logger.warn({ err: error }, 'a round of webhooks failed');
      return IDLE_MS;
    }
  }

  /** Whether all were sent. */
  private async sendAll({ webhooks, dropped }: QueuedWebhooks): Promise<boolean> {
    const { queue, runtime } = this.context;
    const endsAt = runtime.monotonicMs() + LEASE_MS - 2 * TIMEOUT_MS;
    if (dropped > 0) {
      if (!(await this.send(encodeDropped(dropped, runtime.now())))) return false;
      await queue.removeWebhooks([], dropped);
    }
    const results = await Promise.all(byChannel(webhooks).map((some) => this.sendInOrder(some, endsAt)));
    const sent = results.flat();
    const old = webhooks.filter(({ id, time }) => !sent.includes(id) && time < runtime.now() - GIVE_UP_MS);
    if (sent.length + old.length > 0) await queue.removeWebhooks([...sent, ...old.map(({ id }) => id)], -old.length);
    if (sent.length < webhooks.length && runtime.monotonicMs() < endsAt) return false;
    if (this.failures > 0) this.context.logger.info('the receiver of webhooks answers again');
    this.failures = 0;
    return true;
  }

  /** The ids of those that were sent, up to the first that was not. */
  private async sendInOrder(webhooks: readonly QueuedWebhook[], endsAt: number): Promise<string[]> {
    const sent: string[] = [];
    for (const webhook of webhooks) {
      if (this.closed || this.context.runtime.monotonicMs() >= endsAt) break;
      if (!(await this.send(encodeWebhook(webhook)))) break;
      sent.push(webhook.id);
    }
    return sent;
  }

  private async send({ id, body }: EncodedWebhook): Promise<boolean> {
    const { secret, runtime, logger } = this.context;
    const headers = { 'content-type': 'application/json', ...signWebhook(secret, id, runtime.now(), body) };
    try {
      const status = await postOutside({ url: this.url, headers, body, timeoutMs: TIMEOUT_MS });
      if (status >= 200 && status < 300) return true;
      if (this.failures === 0) logger.warn({ status }, 'the receiver of webhooks refuses them: it must answer 2xx');
    } catch (error) {
      if (this.failures === 0) logger.warn({ err: error }, 'the receiver of webhooks cannot be reached');
    }
    return false;
  }

  private backOff(): number {
    const { runtime } = this.context;
    const wait = Math.min(BACK_OFF_MAX_MS, IDLE_MS * 2 ** this.failures++);
    return wait * (0.5 + runtime.random() / 2);
  }
}
