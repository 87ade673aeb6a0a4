import { CodedError, isChannel } from '@tetracast/message-model';
import { parseSubscriptionRequest, type SubscriptionRequest } from '@tetracast/session';

/** For an offset that is no cursor. The server answers it with a reset, like any cursor that cannot be read. */
const UNREADABLE = '?';

/** The offset that the stock client sends when it reconnects: the last argument of the last event it got. */
function offsetIn({ pid, offset }: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof pid !== 'string' || offset == null) return undefined;
  return typeof offset === 'string' && offset !== '' ? offset : UNREADABLE;
}

/** `auth` without the offset. */
export function withoutOffset(auth: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { ...auth, offset: undefined };
}

/** Whether the subscription starts from the offset of the stock client. */
export function isResumed({ start }: SubscriptionRequest, auth: Readonly<Record<string, unknown>>): boolean {
  return start.kind === 'after' && start.cursor === offsetIn(auth);
}

/**
 * What a client asks for when it connects to a namespace. In the main namespace it names its channels in `auth`; any other namespace
 * is a channel. The offset of the stock client overrides `after` in `auth`, which is the same for every connection.
 *
 * @throws CodedError `invalid_channel`, `invalid_request`
 */
export function readHandshake(namespace: string, auth: Readonly<Record<string, unknown>>): SubscriptionRequest {
  const { channels, after, rewind, client, presence } = auth;
  const request = readSubscription({ after: offsetIn(auth) ?? after, rewind, client, presence });
  if (namespace === '/') return { ...request, channels: readChannels(channels) };
  const channel = namespace.slice(1);
  if (!isChannel(channel))
    throw new CodedError('invalid_channel', 'the name of the namespace is no channel name: use the name of a channel');
  return { ...request, channels: [channel] };
}

/** The argument of `subscribe`. @throws CodedError `invalid_channel`, `invalid_request` */
export function readSubscribe(argument: unknown): SubscriptionRequest {
  const { channels, after, rewind } = readObject(argument);
  return { ...readSubscription({ after, rewind }), channels: requireSome(readChannels(channels)) };
}

/** The argument of `unsubscribe`. @throws CodedError `invalid_channel`, `invalid_request` */
export function readUnsubscribe(argument: unknown): string[] {
  return requireSome(readChannels(readObject(argument)['channels']));
}

/** The channel of an argument that names one. @throws CodedError `invalid_channel`, `invalid_request` */
export function readChannel(argument: unknown): string {
  const { channel } = readMembers(argument);
  if (isChannel(channel)) return channel;
  throw new CodedError('invalid_channel', '"channel" is missing or no channel name: name the channel');
}

/** The members of an argument. @throws CodedError `invalid_request` */
export function readMembers(argument: unknown): Readonly<Record<string, unknown>> {
  return readObject(argument, 'channel');
}

/** The same members as in a URL. JSON also has numbers, and `null` for a missing member. */
function readSubscription(words: Readonly<Record<string, unknown>>): SubscriptionRequest {
  const given = Object.entries(words).filter(([, value]) => value != null);
  return parseSubscriptionRequest(
    Object.fromEntries(
      given.map(([name, value]) => {
        const isWord = typeof value === 'number' || (name === 'presence' && typeof value === 'boolean');
        return [name, isWord ? String(value) : value];
      }),
    ),
  );
}

/** Channel names in an array, or separated by commas. */
function readChannels(value: unknown): string[] {
  if (value == null || value === '') return [];
  const names: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (!names.every((name) => typeof name === 'string')) {
    throw new CodedError(
      'invalid_channel',
      '"channels" must be an array of strings, or one string with commas between the names',
    );
  }
  return names.length === 0 ? [] : parseSubscriptionRequest({ channel: names }).channels;
}

function readObject(argument: unknown, member = 'channels'): Record<string, unknown> {
  if (typeof argument === 'object' && argument !== null && !Array.isArray(argument)) {
    return argument as Record<string, unknown>;
  }
  throw new CodedError('invalid_request', `"${member}" is missing: send an object with "${member}"`);
}

function requireSome(channels: string[]): string[] {
  if (channels.length === 0) throw new CodedError('invalid_request', '"channels" must name at least one channel');
  return channels;
}
