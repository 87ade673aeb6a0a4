import { BusUnavailableError } from '../../message-log';

/**
 * Replies of a Redis that is reachable but cannot serve: loading, out of memory, a replica, unable to save, not authorized,
 * busy with a script. Before Redis 7 the code of an error inside a script comes after a `-` in the text.
 */
const CANNOT_SERVE =
  /(?:^|-)(?:BUSY|CLUSTERDOWN|LOADING|MASTERDOWN|MISCONF|NOAUTH|NOREPLICAS|OOM|READONLY|TRYAGAIN|UNKILLABLE|WRONGPASS) /;
const LACKS_RIGHT = /(?:^|-)NOPERM |^ERR (?:ACL failure in script|The user executing the script)/;

/** The error of a command as callers of a bus expect it. A reply that points to a bug of ours stays as it is. */
export function toBusError(error: unknown): Error {
  if (error instanceof BusUnavailableError) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  if (isRedisReply(cause) && !CANNOT_SERVE.test(cause.message) && !lacksRight(cause)) return cause;
  return new BusUnavailableError(`Redis cannot be used: ${cause.message}`, { cause });
}

/** Whether Redis itself replied so; all other errors of a command are about the connection. */
function isRedisReply(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError';
}

/** Whether the server refused to write because it is a replica. */
export function isReplicaError({ message }: { message: string }): boolean {
  return /(?:^|-)READONLY /.test(message);
}

/** Whether the user of this connection lacks a right; since Redis 7 that has no code inside a script. */
export function lacksRight({ message, cause }: { message: string; cause?: unknown }): boolean {
  return LACKS_RIGHT.test(cause instanceof Error ? cause.message : message);
}

/**
 * Whether nothing failed, or the set-up of the connection reports it better: ioredis starts another round through the list of
 * Sentinels, or could not select the database.
 */
export function isSpurious(error: Error & { command?: { name: string } }): boolean {
  const isNextRound =
    error.message.startsWith('All sentinels are unreachable') && !error.message.includes('Last error');
  return isNextRound || (isRedisReply(error) && error.command?.name === 'select');
}
