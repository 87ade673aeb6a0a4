import {
  type BatchResult,
  type BroadcastRequest,
  CodedError,
  type Published,
  type PublicationRequest,
} from '@tetracast/message-model';
import type { Tetracast } from '@tetracast/service-kit';
import { createPublication, publishAll, type PublishResult } from '@tetracast/session';
import type { ApiCaller } from '@tetracast/access';
import type { AddCall } from '../add-call';

/** Idempotency keys of the API are apart from those of clients, and outlive the rotation of an API key. */
const OWNER = 'api';

/** `POST /api/publish` and `POST /api/batch`: each is one round trip to the message log. */
export function addPublishCalls(addCall: AddCall, tetracast: Tetracast): void {
  const { settings, hub } = tetracast;
  const contextOf = ({ permissions }: ApiCaller) => ({ permissions, idempotencyOwner: OWNER });

  addCall('publish', async ({ caller, body, spend }, reply) => {
    const channels = channelsOf(body);
    spend(channels.length - 1);
    for (const channel of channels) caller.requireWrite(channel);
    const [first = '', ...others] = channels;
    const message = createPublication(settings, { ...body, channel: first }, contextOf(caller));
    requireSize(Buffer.byteLength(message.data) * channels.length, settings.maxBatchBytes);
    const stored = await hub.publishAll([message, ...others.map((channel) => ({ ...message, channel }))]);
    const results = stored.map((result, index) => publishedOf({ ...result, channel: channels[index] ?? first }));
    if ('channels' in body) return { results };
    const [only] = results as [Published];
    if (only.duplicate === undefined) void reply.code(201);
    return only;
  });

  addCall('batch', async ({ caller, body: { messages }, spend }) => {
    spend(messages.length - 1);
    const results = await publishAll(tetracast, messages, contextOf(caller));
    return { results: results.map(resultOf) };
  });
}

function channelsOf(body: PublicationRequest | BroadcastRequest): readonly string[] {
  if (!('channels' in body)) return [body.channel];
  if (!('channel' in body)) return body.channels;
  throw new CodedError('invalid_request', 'the message names both "channel" and "channels": leave one of them out');
}

function requireSize(bytes: number, maxBytes: number): void {
  if (bytes <= maxBytes) return;
  throw new CodedError(
    'message_too_large',
    `the data has ${bytes} bytes for all channels: send at most ${maxBytes} (MAX_BATCH_BYTES), so name fewer channels`,
  );
}

const publishedOf = ({ id, channel, duplicate }: PublishResult): Published =>
  duplicate ? { id, channel, duplicate } : { id, channel };

const resultOf = (result: PublishResult | CodedError): BatchResult =>
  result instanceof CodedError ? { error: { code: result.code, message: result.message } } : publishedOf(result);
