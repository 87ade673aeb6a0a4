/** What a webhook can be about; `webhook.dropped` is sent besides these. */
export const WEBHOOK_EVENTS = [
  'channel.occupied',
  'channel.vacated',
  'channel.ended',
  'member.joined',
  'member.left',
] as const;

export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

/** Says how many webhooks were removed from the queue without being sent. */
export const DROPPED_EVENT = 'webhook.dropped';
