import { CodedError, decodeCursor, type Position, type ResetReason, type Start } from '@tetracast/message-model';
import type { Channel } from '../channels/channel';

/** What a hub tells of its log. */
export interface LogHead {
  /** Where the log stands now, or a place known to be behind it in the same epoch. */
  position(): Promise<Position>;
  /** The newest place this process has heard of. */
  readonly announced: number;
}

/** Where a subscription begins, and what its client must be told first. */
export interface StartingPoint {
  readonly position: Position;
  /** By channel name, where channels begin at places of their own. */
  readonly positions?: ReadonlyMap<string, number>;
  readonly reset?: ResetReason;
  /** Whether it asked for "what there is", so that what is no longer there is no news. */
  readonly gapReported: boolean;
}

/** @throws CodedError `invalid_request` when a rewind is longer than `most` */
export function requireAllowedRewind(start: Start, most: number): void {
  if (start.kind === 'rewind' && start.count > most) {
    throw new CodedError('invalid_request', `"rewind" may be ${most} at the most`);
  }
}

/** Opens the channels, and finds where a subscription begins in them. */
export async function openAndFindStart(
  open: () => Promise<readonly Channel[]>,
  start: Start,
  log: LogHead,
): Promise<{ readonly channels: readonly Channel[]; readonly point: StartingPoint }> {
  for (;;) {
    const channels = await open();
    const point = await findStartingPoint(start, channels, log);
    // One that nobody reads yet may have been closed meanwhile, and hears nothing any more.
    if (!channels.some(({ closed }) => closed)) return { channels, point };
  }
}

/** Turns the words of a client into places in the log. */
async function findStartingPoint(start: Start, channels: readonly Channel[], log: LogHead): Promise<StartingPoint> {
  switch (start.kind) {
    case 'now':
      return { position: await log.position(), gapReported: false };
    case 'earliest': {
      const { epoch } = channels[0] ?? (await log.position());
      return { position: { epoch, seq: 0 }, gapReported: true };
    }
    case 'rewind':
      return rewind(start.count, channels, log);
    case 'after':
      return resume(start.cursor, channels[0], log);
  }
}

async function resume(cursor: string, channel: Channel | undefined, log: LogHead): Promise<StartingPoint> {
  const wanted = decodeCursor(cursor);
  if (wanted === undefined) return { position: await log.position(), reset: 'invalid', gapReported: false };
  const furthest = Math.max(wanted.seq, ...(wanted.ahead?.values() ?? []));
  // The common case costs no round trip: a cursor this process can judge by itself.
  const known = Math.max(log.announced, channel?.verifiedThrough ?? 0);
  if (wanted.epoch === channel?.epoch && furthest <= known) return { position: wanted, gapReported: false };
  const { epoch, seq } = await log.position();
  if (wanted.epoch !== epoch) return { position: { epoch, seq: 0 }, reset: 'epoch', gapReported: true };
  if (furthest > seq) return { position: { epoch, seq: 0 }, reset: 'ahead', gapReported: true };
  return { position: wanted, gapReported: false };
}

async function rewind(count: number, channels: readonly Channel[], log: LogHead): Promise<StartingPoint> {
  const position = await log.position();
  if (count === 0) return { position, gapReported: false };
  const places = channels.map(async (channel) => [channel.name, await channel.rewind(count, position.seq)] as const);
  return { position, positions: new Map(await Promise.all(places)), gapReported: true };
}
