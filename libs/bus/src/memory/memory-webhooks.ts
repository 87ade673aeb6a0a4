import type { WebhookEvent } from '@tetracast/message-model';
import type { Runtime } from '@tetracast/node-io/runtime';
import type { QueuedWebhook, QueuedWebhooks, WebhookRequest, WebhookSettings } from '../webhooks/webhook-queue';

/** Bytes of a webhook besides its texts, as in Redis. */
const WEBHOOK_BYTES = 64;

/** The queue of webhooks in the memory of one process. */
export class MemoryWebhooks {
  private readonly queue: QueuedWebhook[] = [];
  private bytes = 0;
  private dropped = 0;
  private last = 0;
  private sender = { name: '', until: 0 };

  constructor(
    private readonly settings: WebhookSettings | undefined,
    private readonly runtime: Runtime,
  ) {}

  add(event: WebhookEvent, channel: string, data: string): void {
    const { settings } = this;
    if (settings?.events.includes(event) !== true) return;
    const webhook = { id: String(++this.last), event, channel, data, time: this.runtime.now() };
    this.queue.push(webhook);
    this.bytes += sizeOf(webhook);
    while (this.bytes > settings.maxBytes) {
      this.bytes -= sizeOf(this.queue.shift() as QueuedWebhook);
      this.dropped++;
    }
  }

  take(sender: string, { leaseMs, count, after = '0' }: WebhookRequest): QueuedWebhooks | undefined {
    const now = this.runtime.now();
    if (this.sender.name !== sender && this.sender.until > now) return undefined;
    this.sender = { name: sender, until: now + leaseMs };
    const first = this.queue.findIndex(({ id }) => Number(id) > Number(after));
    const webhooks = first < 0 ? [] : this.queue.slice(first, first + count);
    return { webhooks, dropped: this.dropped };
  }

  remove(ids: readonly string[], dropped: number): void {
    const removed = new Set(ids);
    for (let index = this.queue.length - 1; index >= 0; index--) {
      const webhook = this.queue[index] as QueuedWebhook;
      if (!removed.has(webhook.id)) continue;
      this.queue.splice(index, 1);
      this.bytes -= sizeOf(webhook);
    }
    this.dropped -= dropped;
  }
}

function sizeOf({ channel, data }: QueuedWebhook): number {
  return WEBHOOK_BYTES + Buffer.byteLength(channel) + Buffer.byteLength(data);
}
