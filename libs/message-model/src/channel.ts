import { quote } from './quote';
import { utf8Length } from './utf8';

const CHANNEL_PATTERN = /^[\p{L}\p{N}][\p{L}\p{N}_.:@~-]*$/u;

/** Nearly every name is ASCII, where a letter is one byte and the normal form the only one. */
const PLAIN_CHANNEL = /^[A-Za-z0-9][A-Za-z0-9_.:@~-]*$/;

/** Longest channel name, in bytes of UTF-8. */
export const CHANNEL_MAX_BYTES = 200;

/**
 * Whether `value` names a channel: a letter or digit, then letters, digits and `_.:@~-`, in Unicode normal form C, at
 * most {@link CHANNEL_MAX_BYTES} bytes. Names that begin with `$` are internal and never a client's channel.
 */
export function isChannel(value: unknown): value is string {
  if (typeof value === 'string' && value.length <= CHANNEL_MAX_BYTES && PLAIN_CHANNEL.test(value)) return true;
  return (
    typeof value === 'string' &&
    value.length <= CHANNEL_MAX_BYTES &&
    CHANNEL_PATTERN.test(value) &&
    utf8Length(value) <= CHANNEL_MAX_BYTES &&
    value.normalize('NFC') === value
  );
}

/** The error text for a name that {@link isChannel} refuses. */
export function explainChannel(name: unknown): string {
  return `not a channel name: ${quote(name)}: use letters, digits and _.:@~-`;
}

/** The namespace of a channel, which selects its retention: `chat:room-1` is in `chat`; a name without `:` is in none. */
export function namespaceOf(channel: string): string | undefined {
  const colon = channel.indexOf(':');
  return colon > 0 ? channel.slice(0, colon) : undefined;
}
