import type { WebhookEvent } from '@tetracast/message-model';
import type { QueuedWebhooks, WebhookQueue, WebhookRequest, WebhookSettings } from '../webhooks/webhook-queue';
import type { RedisPartition } from './partition';

/** The queue of webhooks in Redis. */
export class RedisWebhooks implements WebhookQueue {
  constructor(private readonly partition: RedisPartition) {}

  async takeWebhooks(sender: string, { leaseMs, count, after }: WebhookRequest): Promise<QueuedWebhooks | undefined> {
    const { keys } = this.partition;
    const found = await this.partition.write((redis) =>
      redis.tetracastTakeWebhooks(
        ...[...keys.webhooks, keys.webhookSender],
        ...[sender, leaseMs, count, after === undefined ? '-' : `(${after}`],
      ),
    );
    if (found === null) return undefined;
    const [dropped, entries] = found;
    const webhooks = entries.map(([id, [, event = '', , channel = '', , data = '', , time = '']]) => ({
      ...{ id, channel, data },
      event: event as WebhookEvent,
      time: Number(time),
    }));
    return { webhooks, dropped };
  }

  async removeWebhooks(ids: readonly string[], dropped: number): Promise<void> {
    const { keys } = this.partition;
    await this.partition.write((redis) => redis.tetracastRemoveWebhooks(...keys.webhooks, dropped, ...ids));
  }
}

/** See webhooks.lua. */
export function encodeWebhookSettings(settings: WebhookSettings | undefined): string {
  return settings === undefined || settings.events.length === 0
    ? ''
    : `${settings.maxBytes} ${settings.events.map((event) => `${event} `).join('')}`;
}
