/** Maximum number of objects and lists within each other in a JSON text of a client; data in it may have fewer. */
const JSON_DEPTH_MAX = 128;

/**
 * `JSON.parse` takes up to 1 µs for each level, against some ns for each byte: 4 MiB of brackets take seconds. A text with fewer
 * characters is parsed within a few ms, however deep it is, so that most messages need no check.
 */
const CHECKED_FROM = 8192;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Why a JSON text of a client must not be parsed. */
export const TOO_DEEP = `the JSON has more than ${JSON_DEPTH_MAX} objects and lists within each other: send fewer`;

/** Whether a JSON text is too deep to be parsed, by one look at its characters. Any text is allowed. */
export function isTooDeep(text: string): boolean {
  const { length } = text;
  if (length < CHECKED_FROM) return false;
  let depth = 0;
  for (let i = 0; i < length; i++) {
    switch (text.charCodeAt(i)) {
      case QUOTE:
        i = endOfString(text, i);
        break;
      case 0x5b: // [
      case 0x7b: // {
        if (++depth > JSON_DEPTH_MAX) return true;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth--;
    }
  }
  return false;
}

/** The index of the quote that ends the string which begins at `start`, or the length of the text. */
function endOfString(text: string, start: number): number {
  const { length } = text;
  const quote = text.indexOf('"', start + 1);
  if (quote < 0) return length;
  if (text.charCodeAt(quote - 1) !== BACKSLASH) return quote;
  let i = start + 1;
  for (; i < length; i++) {
    const character = text.charCodeAt(i);
    if (character === QUOTE) break;
    // What follows a backslash ends nothing.
    if (character === BACKSLASH) i++;
  }
  return Math.min(i, length);
}
