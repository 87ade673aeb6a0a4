/** Three base64url parts, of which the first begins like that of a JSON object (RFC 7515, section 7.1). */
const COMPACT = /(?<![\w-])(e[w-z0-9_-][\w-]{8,})\.[\w-]+\.[\w-]*/g;

/** Whether a JSON Web Token stands in a text, alone or among other words: one whose first part is JSON with `alg`. */
export function holdsToken(text: string): boolean {
  for (const [, header = ''] of text.matchAll(COMPACT)) {
    const json = Buffer.from(header, 'base64url').toString();
    if (json.startsWith('{') && json.includes('"alg"')) return true;
  }
  return false;
}
