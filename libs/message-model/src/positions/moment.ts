import { CURSOR_MAX_BYTES, decodeCursor, encodeCursor, type Position, seqIn } from './cursor';

/** Most partitions of a message log: the positions of so many always fit into one cursor. */
export const PARTITIONS_MAX = 16;

/** The clocks of two partitions differ by no more than this, in ms. A partition that a cursor does not name goes back so far. */
export const CLOCK_SKEW_MS = 5000;

/**
 * A moment in a message log of several partitions. With one partition, the only number there is so far, it is one position and
 * no time.
 */
export interface Moment {
  /** At least one, and no two of one partition; the epoch names the partition. A message's id has its own position alone. */
  readonly positions: readonly Position[];
  /** For all other partitions: when the cursor was given out, or earlier, by the clock of any partition, in ms since 1970. */
  readonly time?: number;
}

/** Where a channel goes on in its partition: after a sequence number, or with the messages stored at `time` or later. */
export type PartitionStart =
  { readonly kind: 'after'; readonly seq: number } | { readonly kind: 'since'; readonly time: number };

/** Not in a position, which has single tildes, each before a digit. */
const SEPARATOR = '~~';
const TIME = /^(?:0|[1-9][0-9]{0,15})$/;

/**
 * A moment as a cursor: the positions, then the time, with `~~` between them. If it does not fit, the channels that are ahead are
 * left out: then their messages may come twice, but none is lost.
 *
 * @public The message log has one partition so far: docs/decisions/0021-cursor-on-several-partitions.md.
 */
export function encodeMoment({ positions, time }: Moment): string {
  const tail = time === undefined ? [] : [String(time)];
  const exact = [...positions.map(encodeCursor), ...tail].join(SEPARATOR);
  if (exact.length <= CURSOR_MAX_BYTES) return exact;
  return [...positions.map(({ epoch, seq }) => encodeCursor({ epoch, seq })), ...tail].join(SEPARATOR);
}

/**
 * The moment in a cursor, or `undefined` for any other text; it never throws.
 *
 * @public See {@link encodeMoment}.
 */
export function decodeMoment(cursor: string): Moment | undefined {
  if (cursor.length > CURSOR_MAX_BYTES) return undefined;
  const parts = cursor.split(SEPARATOR);
  const time = parts.length > 1 && TIME.test(parts.at(-1) ?? '') ? Number(parts.pop()) : undefined;
  const positions = parts.map(decodeCursor);
  if (!areKnown(positions) || (time !== undefined && !Number.isSafeInteger(time))) return undefined;
  const epochs = new Set(positions.map(({ epoch }) => epoch));
  // Several positions without a time would not say where the other partitions go on.
  if (epochs.size < positions.length || (positions.length > 1 && time === undefined)) return undefined;
  return { positions, ...(time === undefined ? {} : { time }) };
}

/**
 * Where a channel of the partition with this epoch goes on after a moment. A partition that the moment does not name repeats
 * messages rather than to lose one.
 *
 * @public See {@link encodeMoment}.
 */
export function startIn({ positions, time }: Moment, epoch: string, channel: string): PartitionStart {
  const position = positions.find((one) => one.epoch === epoch);
  if (position !== undefined) return { kind: 'after', seq: seqIn(position, channel) };
  return time === undefined ? { kind: 'after', seq: 0 } : { kind: 'since', time: time - CLOCK_SKEW_MS };
}

/**
 * Whether a moment names a partition that is none of these: it was lost or replaced, and every channel of a partition that the
 * moment does not name gets the reset `epoch`.
 *
 * @public See {@link encodeMoment}.
 */
export function namesLostPartition({ positions }: Moment, epochs: ReadonlySet<string>): boolean {
  return positions.some(({ epoch }) => !epochs.has(epoch));
}

function areKnown(positions: readonly (Position | undefined)[]): positions is Position[] {
  return positions.every((position) => position !== undefined);
}
