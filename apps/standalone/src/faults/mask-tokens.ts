interface Secret {
  /** Group 1 stays, the rest of a match is replaced. */
  readonly pattern: RegExp;
  /** What begins such a match after group 1. */
  readonly beginning: string;
}

/** Where a token or a ticket may stand in what a client and the server send. */
const SECRETS: readonly Secret[] = [
  // A JSON Web Token, wherever it stands: the beginning of its first part is enough to recognize it.
  // Not inside a longer word: a long run of letters would else be tried from each `eyJ` in it.
  { pattern: /()(?<![\w-])eyJ[\w-]{8}[\w.-]*/g, beginning: 'eyJxxxxxxxx' },
  { pattern: /(\b(?:bearer|basic) +)[^\s,"]+/gi, beginning: 'x' },
  { pattern: /(\btetracast\.token\.)[^\s,"]+/g, beginning: 'x' },
  { pattern: /((?:^|[?&])(?:token|ticket|access_token)=)[^&\s#"]+/gim, beginning: 'x' },
  { pattern: /("(?:token|ticket|access_token)" *: *")[^"]*/gi, beginning: 'x' },
  { pattern: /(^(?:set-)?cookie: *)\S[^\r\n]*/gim, beginning: 'x' },
];

/** Longer than what announces a secret, such as `"access_token" : "`. */
const CONTEXT_BYTES = 128;

/** Masks what one side sends on one connection, also a secret that comes in several chunks. */
export class TokenMask {
  /** What decides how the next chunk is read: the end of the last one, or the beginning of a secret that may go on. */
  private context: Buffer = Buffer.alloc(0);

  /** The same bytes, of the same length, with `*` in place of each token, ticket and cookie. */
  mask(bytes: Buffer): Buffer {
    // Latin 1 has one character for each byte.
    const text = Buffer.concat([this.context, bytes]).toString('latin1');
    let masked = text;
    let context = text.slice(-CONTEXT_BYTES);
    let openAt = Infinity;
    for (const { pattern, beginning } of SECRETS) {
      masked = masked.replace(pattern, (found: string, kept: string, at: number) => {
        // The outermost: a cookie goes on after a token in it.
        if (at + found.length === text.length && at < openAt) [openAt, context] = [at, kept + beginning];
        return kept + '*'.repeat(found.length - kept.length);
      });
    }
    const start = this.context.length;
    // A copy: a part of the text would keep all of it in memory.
    this.context = Buffer.from(context, 'latin1');
    return masked === text ? bytes : Buffer.from(masked.slice(start), 'latin1');
  }
}
