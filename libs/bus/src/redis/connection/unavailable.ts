import { BusUnavailableError } from '../../message-log';

/**
 * What Redis answers while it cannot serve, though it can be reached: loading, out of memory, a replica, unable to save,
 * not authorised, busy with a script. Before Redis 7 an error inside a script stood behind `-` in the text.
 */
const CANNOT_SERVE =
  /(?:^|-)(?:BUSY|CLUSTERDOWN|LOADING|MASTERDOWN|MISCONF|NOAUTH|NOREPLICAS|OOM|READONLY|TRYAGAIN|UNKILLABLE|WRONGPASS) /;
const LACKS_RIGHT = /(?:^|-)NOPERM |^ERR (?:ACL failure in script|The user executing the script)/;

/** The error of a command as the callers of a bus expect it. A reply that tells of a mistake of ours stays what it is. */
export function toBusError(error: unknown): Error {
  if (error instanceof BusUnavailableError) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  if (isRedisReply(cause) && !CANNOT_SERVE.test(cause.message) && !lacksRight(cause)) return cause;
  return new BusUnavailableError(`Redis cannot be used: ${cause.message}`, { cause });
}

/** Whether Redis itself said so; all other errors of a command are about the connection. */
function isRedisReply(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError';
}

/** Whether the server refused to write because it is a replica. */
export function isReplicaError({ message }: { message: string }): boolean {
  return /(?:^|-)READONLY /.test(message);
}

/** Whether the user of this connection lacks a right; inside a script that has no code of its own since Redis 7. */
export function lacksRight({ message, cause }: { message: string; cause?: unknown }): boolean {
  return LACKS_RIGHT.test(cause instanceof Error ? cause.message : message);
}

/**
 * Whether ioredis says so though nothing failed, or where the set-up of the line says it better: it goes through the list of
 * Sentinels once more, or could not select the database.
 */
export function isSpurious(error: Error & { command?: { name: string } }): boolean {
  const isNextRound =
    error.message.startsWith('All sentinels are unreachable') && !error.message.includes('Last error');
  return isNextRound || (isRedisReply(error) && error.command?.name === 'select');
}
