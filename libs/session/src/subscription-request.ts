import {
  CodedError,
  explainChannel,
  isChannel,
  isClientKey,
  parseStart,
  type PresenceMode,
  type Start,
} from '@tetracast/message-model';

/** What a client asks for in a URL. */
export interface SubscriptionRequest {
  /** Each name once, in the order of the request; may be empty. */
  readonly channels: string[];
  readonly start: Start;
  readonly client?: string;
  /** Absent: the client takes no part in presence. */
  readonly presence?: PresenceMode;
}

/**
 * Reads `channel` (repeated, as `channel[]`, or comma-separated), the start and `client` from a query. The start is the first of:
 * the `Last-Event-ID` header, since a stock client changes only that on a reconnect; `lastEventId`, which replacements of
 * `EventSource` send because they cannot set the header; `after`; `rewind`. A cursor that cannot be read is no error here: the
 * server answers it with a reset.
 *
 * @throws CodedError `invalid_channel`, `invalid_request`
 */
export function parseSubscriptionRequest(
  query: Readonly<Record<string, unknown>>,
  lastEventId?: string,
): SubscriptionRequest {
  const after = lastEventId || single(query, 'lastEventId') || single(query, 'after');
  const start = parseStart(after, single(query, 'rewind'));
  if (start === undefined) throw new CodedError('invalid_request', '"rewind" must be a whole number, 0 or more');
  const client = clientIn(query);
  const presence = readPresence(single(query, 'presence'));
  return {
    channels: channelsIn(query),
    start,
    ...(client === undefined ? {} : { client }),
    ...(presence === undefined ? {} : { presence }),
  };
}

/** The client key in a query. @throws CodedError `invalid_request` */
export function clientIn(query: Readonly<Record<string, unknown>>): string | undefined {
  const client = single(query, 'client') || undefined;
  if (client === undefined || isClientKey(client)) return client;
  throw new CodedError('invalid_request', '"client" must be 1 to 64 visible ASCII characters');
}

/** How a client takes part in presence: `true` or `observe`. @throws CodedError `invalid_request` */
export function readPresence(value: unknown): PresenceMode | undefined {
  switch (value) {
    case undefined:
    case null:
    case '':
    case false:
    case 'false':
      return undefined;
    case true:
    case 'true':
      return 'join';
    case 'observe':
      return 'observe';
    default:
      throw new CodedError('invalid_request', '"presence" must be true or "observe"');
  }
}

/** Requires a channel, for transports on which a client cannot subscribe later. */
export function requireChannels(request: SubscriptionRequest): SubscriptionRequest {
  if (request.channels.length === 0)
    throw new CodedError('invalid_channel', '"channel" is missing: add ?channel=<name>');
  return request;
}

/** How a stream sends each message: the whole message, or its data alone. */
export type Format = 'message' | 'data';

/** Reads `format` from a query. @throws CodedError `invalid_request` */
export function parseFormat(query: Readonly<Record<string, unknown>>): Format {
  const format = single(query, 'format') || undefined;
  if (format === undefined) return 'message';
  if (format === 'data') return format;
  throw new CodedError('invalid_request', '"format" may only be "data"');
}

/** The value of a query parameter that may occur once. @throws CodedError `invalid_request` */
export function single(query: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = query[name];
  if (value === undefined || typeof value === 'string') return value;
  throw new CodedError('invalid_request', `"${name}" must ${Array.isArray(value) ? 'occur only once' : 'be a string'}`);
}

/** `channel`, or its name in a list of jQuery, axios and qs: `channel[]` and `channel[0]`. */
const CHANNEL_FIELD = /^channel(?:\[\d*\])?$/;

function channelsIn(query: Readonly<Record<string, unknown>>): string[] {
  const lists = Object.keys(query).flatMap((name) =>
    CHANNEL_FIELD.test(name) && query[name] !== undefined ? query[name] : [],
  );
  if (!lists.every(isText)) throw new CodedError('invalid_request', '"channel" must be a string');
  const names = new Set(lists.flatMap((list) => list.split(',')));
  for (const name of names) {
    if (!isChannel(name)) throw new CodedError('invalid_channel', explainChannel(name));
  }
  return [...names];
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
