import { BusUnavailableError } from '../bus';

/**
 * What Redis answers while it cannot serve, though it can be reached: loading, out of memory, a replica, unable to save,
 * not authorised, busy with a script. Before Redis 7 an error inside a script stood behind `-` in the text.
 */
const CANNOT_SERVE =
  /(?:^|-)(?:BUSY|CLUSTERDOWN|LOADING|MASTERDOWN|MISCONF|NOAUTH|NOPERM|NOREPLICAS|OOM|READONLY|TRYAGAIN|UNKILLABLE|WRONGPASS) /;

/** The error of a command as the callers of a bus expect it. A reply that tells of a mistake of ours stays what it is. */
export function toBusError(error: unknown): Error {
  if (error instanceof BusUnavailableError) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  if (isReply(cause) && !CANNOT_SERVE.test(cause.message)) return cause;
  return new BusUnavailableError(`Redis cannot be used: ${cause.message}`, { cause });
}

/** Whether Redis itself said so; all other errors of a command are about the connection. */
export function isReply(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError';
}

/** Whether the server refused to write because it is a replica. */
export function toldByReplica({ message }: Error): boolean {
  return /(?:^|-)READONLY /.test(message);
}
