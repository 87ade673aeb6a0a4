import { decodeCursor, encodeCursor, type Position, type ResetReason, type Start } from '@tetracast/message-model';
import type { Channel } from './channel';

/** What a hub tells of its log. */
export interface Log {
  /** Where the log stands now, or a place known to be behind it in the same epoch. */
  position(): Promise<Position>;
  /** The newest place this process has heard of. */
  readonly announced: number;
}

/** Where a subscription begins, per channel, and what its client must be told first. */
export interface StartingPoint {
  readonly epoch: string;
  /** From where the client would ask again, were it cut right now. */
  readonly cursor: string;
  readonly reset: ResetReason | undefined;
  /** By channel name. */
  readonly positions: ReadonlyMap<string, number>;
  /** Whether it asked for "what there is", so that what is no longer there is no news. */
  readonly gapTold: boolean;
}

/** Turns the words of a client into places in the log. */
export async function findStartingPoint(start: Start, channels: readonly Channel[], log: Log): Promise<StartingPoint> {
  switch (start.kind) {
    case 'now': {
      const { epoch, seq } = await log.position();
      return at(channels, epoch, seq);
    }
    case 'earliest': {
      const { epoch } = channels[0] ?? (await log.position());
      return { ...at(channels, epoch, 0), gapTold: true };
    }
    case 'rewind':
      return rewind(start.count, channels, log);
    case 'after':
      return resume(start.cursor, channels, log);
  }
}

async function resume(cursor: string, channels: readonly Channel[], log: Log): Promise<StartingPoint> {
  const wanted = decodeCursor(cursor);
  if (wanted === undefined) {
    const { epoch, seq } = await log.position();
    return { ...at(channels, epoch, seq), reset: 'invalid' };
  }
  // The common case costs no round trip: a cursor this process can judge by itself.
  if (wanted.epoch === channels[0]?.epoch && wanted.seq <= log.announced) return at(channels, wanted.epoch, wanted.seq);
  const { epoch, seq } = await log.position();
  if (wanted.epoch !== epoch) return { ...at(channels, epoch, 0), reset: 'epoch', gapTold: true };
  if (wanted.seq > seq) return { ...at(channels, epoch, 0), reset: 'ahead', gapTold: true };
  return at(channels, epoch, wanted.seq);
}

async function rewind(count: number, channels: readonly Channel[], log: Log): Promise<StartingPoint> {
  const { epoch, seq } = await log.position();
  if (count === 0) return at(channels, epoch, seq);
  const positions = new Map<string, number>();
  for (const channel of channels) positions.set(channel.name, await channel.rewind(count, seq));
  return { ...at(channels, epoch, Math.min(seq, ...positions.values())), positions, gapTold: true };
}

function at(channels: readonly Channel[], epoch: string, seq: number): StartingPoint {
  const positions = new Map(channels.map(({ name }) => [name, seq]));
  return { epoch, cursor: encodeCursor({ epoch, seq }), reset: undefined, positions, gapTold: false };
}
