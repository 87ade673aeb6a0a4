/** A place in the log: everything up to and including `seq` of the log named `epoch`. */
export interface Position {
  /** Names one life of the log; a new log has a new one. */
  readonly epoch: string;
  /** Number of a message in that log, 1 for the first; 0 is before all. */
  readonly seq: number;
}

export const EPOCH_PATTERN = /^[A-Za-z0-9]{1,32}$/;

/** What every cursor looks like to a client, of this version and of those to come. */
export const CURSOR_PATTERN = /^[A-Za-z0-9._~-]{1,512}$/;

const V1 = /^([A-Za-z0-9]{1,32})-(0|[1-9][0-9]{0,15})$/;

/** A position as clients hold it: opaque to them, URL-safe, today `<epoch>-<seq>`. */
export function encodeCursor({ epoch, seq }: Position): string {
  return `${epoch}-${seq}`;
}

/** The position in a cursor, or `undefined` if this is none: never throws, since a bad cursor is answered by a reset. */
export function decodeCursor(cursor: string): Position | undefined {
  const match = V1.exec(cursor);
  if (match === null) return undefined;
  const seq = Number(match[2]);
  return Number.isSafeInteger(seq) ? { epoch: match[1] as string, seq } : undefined;
}
