import {
  type BatchResult,
  type BroadcastRequest,
  CodedError,
  type PublicationRequest,
  type Published,
} from '@tetracast/message-model';
import type { Tetracast } from '@tetracast/service-kit';
import { cancel, createPublication, publishAll, type PublishResult } from '@tetracast/session';
import type { ApiCaller } from '@tetracast/access';
import type { AddCall } from '../add-call';

/** Idempotency keys of the API are apart from those of clients, and outlive the rotation of an API key. */
const OWNER = 'api';

/** `POST /api/publish`, `/api/batch` and `/api/channels/{channel}/cancel`: each is one round trip to the message log. */
export function addPublishCalls(addCall: AddCall, tetracast: Tetracast): void {
  const { settings, hub } = tetracast;
  const contextOf = ({ permissions }: ApiCaller) => ({ permissions, idempotencyOwner: OWNER });

  addCall('publish', async ({ caller, body, spend }, reply) => {
    const channels = channelsOf(body);
    spend(channels.length - 1);
    for (const channel of channels) caller.requireWrite(channel);
    if (body.end === true) for (const channel of channels) caller.permissions.requireEnd(channel);
    const [first = '', ...others] = channels;
    const message = createPublication(settings, { ...body, channel: first }, contextOf(caller));
    requireSize(Buffer.byteLength(message.data) * channels.length, settings.maxBatchBytes);
    const stored = await hub.publishAll([message, ...others.map((channel) => ({ ...message, channel }))]);
    const results = stored.map((each, index) =>
      each instanceof CodedError ? each : { ...each, channel: channels[index] as string },
    );
    if ('channels' in body) return encodeResults(results);
    const [only] = results as [PublishResult | CodedError];
    if (only instanceof CodedError) throw only;
    if (!only.duplicate) void reply.code(201);
    return publishedOf(only);
  });

  addCall('batch', async ({ caller, body: { messages }, spend }) => {
    spend(messages.length - 1);
    const results = await publishAll(tetracast, messages, contextOf(caller));
    return encodeResults(results);
  });

  addCall('cancel', async ({ caller: { permissions }, params: { channel } }, reply) => {
    const result = await cancel(tetracast, channel, { permissions });
    if (!result.duplicate) void reply.code(201);
    return publishedOf(result);
  });
}

function channelsOf(body: PublicationRequest | BroadcastRequest): readonly string[] {
  if (!('channels' in body)) return [body.channel];
  if ('channel' in body)
    throw new CodedError('invalid_request', 'the message names both "channel" and "channels": leave one of them out');
  const { channels } = body;
  // Not by the schema, whose check of this costs as much as all the rest.
  if (new Set(channels).size < channels.length)
    throw new CodedError('invalid_request', 'the message names a channel twice: name each of them once');
  return channels;
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

const encodeResults = (results: readonly (PublishResult | CodedError)[]): Buffer =>
  Buffer.from(`{"results":[${results.map(encodeResult).join(',')}]}`);

/** A {@link BatchResult} as JSON. An id and the name of a channel have no character that JSON escapes. */
function encodeResult(result: PublishResult | CodedError): string {
  if (result instanceof CodedError) {
    const { code, message } = result;
    return JSON.stringify({ error: { code, message } } satisfies BatchResult);
  }
  return `{"id":"${result.id}","channel":"${result.channel}"${result.duplicate ? ',"duplicate":true' : ''}}`;
}
