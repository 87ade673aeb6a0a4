/** What an operator can do about an error of Redis or the system. */
const HINTS: readonly (readonly [RegExp, string])[] = [
  [/WRONGPASS|NOAUTH|without any password/, 'check user and password in BUS_URL, percent-encoded: % as %25'],
  [/DB index is out of range/, 'BUS_URL names a database that this server does not have'],
  [/NOPERM|ACL failure|user executing the script/, 'the Redis user of BUS_URL lacks a right (ACL)'],
  [/ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/, 'check host and port in BUS_URL'],
  [/sentinel|No such master/i, 'check the Sentinels in BUS_URL'],
  [/READONLY/, 'it is a replica'],
];

/**
 * Why something failed, in one line for an operator: the error of Redis or the system, and what to do. The same reason has
 * the same text. It never holds a command, whose arguments may be a password.
 */
export function reasonOf(error: unknown): string {
  const { message, code } = rootOf(error) as NodeJS.ErrnoException;
  const text = (message || code || 'unknown')
    .replace(/ Retrying from scratch after \d+ms\./, '')
    .replace(/ script: .*/s, '');
  const hint = HINTS.find(([pattern]) => pattern.test(text))?.[1];
  return hint === undefined ? text : `${text} (${hint})`;
}

/** Node's error for a host name with several addresses has an empty message and a list of errors. */
function rootOf(error: unknown): unknown {
  const { cause, errors } = error as { cause?: unknown; errors?: unknown[] };
  const inner = cause ?? errors?.[0];
  return inner === undefined ? error : rootOf(inner);
}
