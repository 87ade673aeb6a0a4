/** Longer texts are cut in an error. */
const QUOTED_MAX = 80;

/** What a client sent, for the text of an error. */
export function quote(value: unknown): string {
  // Deeply nested objects would overflow the stack of JSON.stringify.
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  const text = String(value);
  return JSON.stringify(text.length > QUOTED_MAX ? `${text.slice(0, QUOTED_MAX)}…` : text);
}
