import {
  CodedError,
  DEFAULT_EVENT,
  explainMembers,
  type PublicationRequest,
  PublicationSchema,
} from '@tetracast/message-model';
import type { Permissions } from '@tetracast/access';
import type { Publication } from '@tetracast/bus';
import { TypeCompiler } from '@sinclair/typebox/compiler';
import type { ClientQuota } from './limits/client-quota';
import { flawIn } from './limits/data-flaw';
import type { SessionServices } from './session-services';
import type { MessageSettings } from './session-settings';

/** What the server knows about a publisher besides its message. */
export interface PublishContext {
  /** What the publisher may do. The message names the subject of its token. */
  readonly permissions: Permissions;
  /** The client key of the publisher's connection. It overrides the one in the publication. */
  readonly client?: string;
  /** The server made up `client`. After a reconnect it is another one, so no idempotency key belongs to it. Default `false`. */
  readonly isClientMadeUp?: boolean;
  /** Overrides the one in the publication. */
  readonly idempotencyKey?: string;
  /** Spends the rate of the channel's namespace. Default: no such rate applies. */
  readonly quota?: Pick<ClientQuota, 'spendNamespace'> | undefined;
  /** Whose the idempotency key is. Default: the user, else the client key that the client named, else all publishers of the channel. */
  readonly idempotencyOwner?: string;
}

export interface PublishResult {
  /** The cursor of the stored message. */
  readonly id: string;
  readonly channel: string;
  /** The idempotency key was known: `id` is that of the message that was stored before. */
  readonly duplicate: boolean;
}

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,200}$/;

const check = TypeCompiler.Compile(PublicationSchema);

/**
 * Publishes what a client sent on any transport. Resolves once it is stored.
 *
 * @throws CodedError `unauthorized`, `forbidden`, `invalid_channel`, `invalid_event`, `invalid_message`, `message_too_large`, `invalid_request` (the
 * idempotency key); BusUnavailableError if it is unknown whether the message is stored
 */
export async function publish(
  service: Pick<SessionServices, 'settings' | 'hub'>,
  body: unknown,
  context: PublishContext,
): Promise<PublishResult> {
  return publishValid(service, readPublication(body), context);
}

/** The same for a publication that has passed {@link PublicationSchema}. */
export async function publishValid(
  { settings, hub }: Pick<SessionServices, 'settings' | 'hub'>,
  request: PublicationRequest,
  context: PublishContext,
): Promise<PublishResult> {
  const { id, duplicate } = await hub.publish(createPublication(settings, request, context));
  return { id, channel: request.channel, duplicate };
}

/** What the message log stores of a valid publication, if the publisher may publish it. @throws CodedError as {@link publish} */
export function createPublication(
  settings: MessageSettings,
  { channel, event = DEFAULT_EVENT, data, echo = true, client, idempotencyKey: named }: PublicationRequest,
  context: PublishContext,
): Publication {
  const { permissions, idempotencyKey = named } = context;
  permissions.requirePublish(channel);
  context.quota?.spendNamespace(channel);
  if (idempotencyKey !== undefined && !IDEMPOTENCY_KEY.test(idempotencyKey)) {
    throw new CodedError('invalid_request', 'an idempotency key must be 1 to 200 visible ASCII characters');
  }
  const key = context.client ?? client;
  const publication: { -readonly [K in keyof Publication]: Publication[K] } = {
    channel,
    event,
    data: encodeData(data, settings),
    echo,
  };
  if (key !== undefined) publication.client = key;
  if (permissions.subject !== undefined) publication.user = permissions.subject;
  if (idempotencyKey !== undefined) {
    publication.idempotencyKey = idempotencyKey;
    const owner =
      context.idempotencyOwner ?? ownerOf(permissions.subject, context.isClientMadeUp === true ? undefined : key);
    if (owner !== undefined) publication.idempotencyOwner = owner;
  }
  return publication;
}

/** Two clients that use the same idempotency key by chance must not get each other's results. */
function ownerOf(user: string | undefined, client: string | undefined): string | undefined {
  if (user !== undefined) return `user:${user}`;
  return client === undefined ? undefined : `client:${client}`;
}

/** @throws CodedError `invalid_channel`, `invalid_event`, `invalid_message` */
export function readPublication(body: unknown): PublicationRequest {
  if (check.Check(body)) return body;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new CodedError('invalid_message', 'a message must be an object with "channel" and "data"');
  }
  if (!('channel' in body))
    throw new CodedError('invalid_channel', '"channel" is missing: name the channel in the message');
  const named = explainMembers(body, 'invalid_message');
  if (named !== undefined) throw new CodedError(named.code, named.message);
  const first = check.Errors(body).First();
  throw new CodedError('invalid_message', first ? `${first.path || '/'}: ${first.message}` : 'not a message');
}

function encodeData(data: unknown, { maxDataDepth, maxMessageBytes }: MessageSettings): string {
  const flaw = flawIn(data, maxDataDepth);
  if (flaw !== undefined) throw new CodedError('invalid_message', flaw);
  const text = JSON.stringify(data);
  const bytes = Buffer.byteLength(text);
  if (bytes > maxMessageBytes) {
    throw new CodedError('message_too_large', `the data has ${bytes} bytes as JSON: send at most ${maxMessageBytes}`);
  }
  return text;
}
