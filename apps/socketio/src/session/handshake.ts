import { CodedError, isChannel } from '@tetracast/message-model';
import { parseSubscriptionRequest, type SubscriptionRequest } from '@tetracast/session';

/** Stands for an offset that is no cursor: like any cursor that cannot be read it is answered by a reset. */
const UNREADABLE = '?';

/** Where the stock client stopped, sent by itself when it comes back: the last argument of the last event it was sent. */
function offsetIn({ pid, offset }: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof pid !== 'string' || offset == null) return undefined;
  return typeof offset === 'string' && offset !== '' ? offset : UNREADABLE;
}

/** The same without where it stopped. */
export function withoutOffset(auth: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { ...auth, offset: undefined };
}

/** Whether what is asked for is to go on from where the stock client stopped. */
export function isResumed({ start }: SubscriptionRequest, auth: Readonly<Record<string, unknown>>): boolean {
  return start.kind === 'after' && start.cursor === offsetIn(auth);
}

/**
 * What a client of a namespace asks for when it connects. In the main one it names its channels in `auth`; any other is a
 * channel itself. The stock client's offset wins over an `after` in `auth`, which is the same at every connection.
 *
 * @throws CodedError `invalid_channel`, `invalid_request`
 */
export function readHandshake(namespace: string, auth: Readonly<Record<string, unknown>>): SubscriptionRequest {
  const { channels, after, rewind, client } = auth;
  const request = readSubscription({ after: offsetIn(auth) ?? after, rewind, client });
  if (namespace === '/') return { ...request, channels: readChannels(channels) };
  const channel = namespace.slice(1);
  if (!isChannel(channel)) throw new CodedError('invalid_channel', 'the name of a namespace must be that of a channel');
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

/** The same words as in a URL; JSON also has numbers, and `null` for what is not there. */
function readSubscription(words: Readonly<Record<string, unknown>>): SubscriptionRequest {
  const given = Object.entries(words).filter(([, value]) => value != null);
  return parseSubscriptionRequest(
    Object.fromEntries(given.map(([name, value]) => [name, typeof value === 'number' ? String(value) : value])),
  );
}

/** Names in an array or separated by commas. */
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

function readObject(argument: unknown): Record<string, unknown> {
  if (typeof argument === 'object' && argument !== null && !Array.isArray(argument)) {
    return argument as Record<string, unknown>;
  }
  throw new CodedError('invalid_request', 'send an object with "channels"');
}

function requireSome(channels: string[]): string[] {
  if (channels.length === 0) throw new CodedError('invalid_request', '"channels" must name at least one channel');
  return channels;
}
