import type { QueuedWebhook } from '@tetracast/bus';
import { DROPPED_EVENT } from '@tetracast/message-model';

/** A webhook as it is sent. `id` is the same in each attempt. */
export interface EncodedWebhook {
  readonly id: string;
  readonly body: string;
}

export function encodeWebhook({ id, event, channel, data, time }: QueuedWebhook): EncodedWebhook {
  const about = event.startsWith('member.') ? 'member' : event === 'channel.ended' ? 'data' : undefined;
  const members = [`"channel":${JSON.stringify(channel)}`, ...(about === undefined ? [] : [`"${about}":${data}`])];
  return { id: `msg_${time}_${id}`, body: encode(event, time, `{${members.join(',')}}`) };
}

/** Says that `count` webhooks will never be sent. */
export function encodeDropped(count: number, now: number): EncodedWebhook {
  return { id: `msg_${now}_dropped`, body: encode(DROPPED_EVENT, now, JSON.stringify({ count })) };
}

function encode(type: string, time: number, data: string): string {
  return `{"type":"${type}","timestamp":"${new Date(time).toISOString()}","data":${data}}`;
}
