/** What an operator can do about it, by what Redis or the system said. */
const HINTS: readonly (readonly [RegExp, string])[] = [
  [/WRONGPASS|NOAUTH|without any password/, 'check user and password in BUS_URL, percent-encoded: % as %25'],
  [/DB index is out of range/, 'BUS_URL names a database that this server does not have'],
  [/NOPERM|ACL failure|user executing the script/, 'the Redis user of BUS_URL lacks a right (ACL)'],
  [/ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/, 'check host and port in BUS_URL'],
  [/sentinel|No such master/i, 'check the Sentinels in BUS_URL'],
  [/READONLY/, 'it is a replica'],
];

/**
 * Why something failed, in one line for an operator: what Redis or the system said, and what to do. The same text for the
 * same reason, and never a command, whose arguments may be a password.
 */
export function reasonOf(error: unknown): string {
  const { message, code } = rootOf(error) as NodeJS.ErrnoException;
  const said = (message || code || 'unknown')
    .replace(/ Retrying from scratch after \d+ms\./, '')
    .replace(/ script: .*/s, '');
  const hint = HINTS.find(([pattern]) => pattern.test(said))?.[1];
  return hint === undefined ? said : `${said} (${hint})`;
}

/** Node collects under no message what it tried for a name that has several addresses. */
function rootOf(error: unknown): unknown {
  const { cause, errors } = error as { cause?: unknown; errors?: unknown[] };
  const inner = cause ?? errors?.[0];
  return inner === undefined ? error : rootOf(inner);
}
