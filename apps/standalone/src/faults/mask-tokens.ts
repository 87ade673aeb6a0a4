/** Where a token or a ticket may stand in what a client and the server send; group 1 stays. */
const SECRETS = [
  // A JSON Web Token, wherever it stands: two parts of it are enough to recognize it.
  // Not inside a longer word: a long run of letters would else be tried from each `eyJ` in it.
  /()(?<![\w-])eyJ[\w-]{8,}(?:\.[\w-]*)+/g,
  /(\b(?:bearer|basic) +)[^\s,"]+/gi,
  /(\btetracast\.token\.)[^\s,"]+/g,
  /([?&](?:token|ticket|access_token)=)[^&\s#"]+/gi,
  /("(?:token|ticket|access_token)" *: *")[^"]*/gi,
  /(^(?:set-)?cookie: *)[^\r\n]+/gim,
];

/** The same bytes, of the same length, with `*` in place of each token, ticket and cookie. */
export function maskTokens(bytes: Buffer): Buffer {
  // Latin 1 has one character for each byte.
  const text = bytes.toString('latin1');
  const masked = SECRETS.reduce(
    (result, secret) =>
      result.replace(secret, (found: string, kept: string) => kept + '*'.repeat(found.length - kept.length)),
    text,
  );
  return masked === text ? bytes : Buffer.from(masked, 'latin1');
}
