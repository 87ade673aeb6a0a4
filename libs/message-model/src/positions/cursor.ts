import { tagOf } from '../channel-tag';

/** A position in the message log: everything up to and including `seq` in the log named `epoch`. */
export interface Position {
  /** Names the log; a log that replaces it has another one. */
  readonly epoch: string;
  /** Sequence number of a message in that log, 1 for the first; 0 is before all. */
  readonly seq: number;
  /**
   * Channels that are further on than `seq`, by {@link tagOf}. While a channel that joined with an older cursor catches up, the
   * others are ahead of it; without this a resume would deliver their messages a second time.
   */
  readonly ahead?: ReadonlyMap<string, number>;
}

/** The form of every cursor, in this version and in later ones. */
export const CURSOR_PATTERN = /^[A-Za-z0-9._~-]{1,512}$/;

export const CURSOR_MAX_BYTES = 512;
const V1 = /^([A-Za-z0-9]{1,32})-(0|[1-9][0-9]{0,15})((?:~[1-9][0-9]{0,15}(?:\.[A-Za-z0-9_-]{8})+)*)$/;

/**
 * A position as text, opaque to clients and URL-safe: `<epoch>-<seq>`, then `~<seq>.<tag>.<tag>…` for the channels ahead.
 * If those do not fit they are left out: then their messages may come twice, but none is lost.
 */
export function encodeCursor({ epoch, seq, ahead }: Position): string {
  const cursor = `${epoch}-${seq}`;
  if (ahead === undefined || ahead.size === 0) return cursor;
  const tags = new Map<number, string>();
  for (const [tag, at] of ahead) tags.set(at, `${tags.get(at) ?? ''}.${tag}`);
  const exact = [...tags].reduce((text, [at, list]) => `${text}~${at}${list}`, cursor);
  return exact.length <= CURSOR_MAX_BYTES ? exact : cursor;
}

/** The position in a cursor, or `undefined` for any other text: it never throws, since the answer to a bad cursor is a reset. */
export function decodeCursor(cursor: string): Position | undefined {
  const match = cursor.length <= CURSOR_MAX_BYTES ? V1.exec(cursor) : null;
  if (match === null) return undefined;
  const [, epoch = '', seq = '', levels = ''] = match;
  const ahead = new Map<string, number>();
  for (const level of levels.split('~').slice(1)) {
    const [at, ...tags] = level.split('.');
    for (const tag of tags) ahead.set(tag, Number(at));
  }
  const position = { epoch, seq: Number(seq), ...(ahead.size > 0 ? { ahead } : {}) };
  return [position.seq, ...ahead.values()].every(Number.isSafeInteger) ? position : undefined;
}

/** The sequence number of a position in one channel. */
export function seqIn({ seq, ahead }: Position, channel: string): number {
  return Math.max(seq, ahead?.get(tagOf(channel)) ?? 0);
}
