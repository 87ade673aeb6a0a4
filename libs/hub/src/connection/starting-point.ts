import {
  CodedError,
  decodeCursor,
  isCompanion,
  type Position,
  type ResetReason,
  type Start,
} from '@tetracast/message-model';
import type { Channel } from '../channels/channel';

/** What a hub knows of the message log. */
export interface LogHead {
  /** The log's position now, or an earlier one of the same epoch. */
  position(): Promise<Position>;
  /** The greatest sequence number announced to this process. */
  readonly announced: number;
}

/** Where a subscription begins, and the reset its client gets first. */
export interface StartingPoint {
  readonly position: Position;
  /** By channel name, where channels begin at different positions. */
  readonly positions?: ReadonlyMap<string, number>;
  readonly reset?: ResetReason;
  /** Whether messages that are no longer stored need no report: the client asked for what is stored, or gets a reset. */
  readonly gapReported: boolean;
}

/** @throws CodedError `invalid_request` when a rewind is longer than `max` */
export function requireAllowedRewind(start: Start, max: number): void {
  if (start.kind === 'rewind' && start.count > max) {
    throw new CodedError('invalid_request', `"rewind" is too large: the most is ${max}`);
  }
}

/** Opens the channels, and finds the position where a subscription begins in them. */
export async function openAndFindStart(
  open: () => Promise<readonly Channel[]>,
  start: Start,
  log: LogHead,
): Promise<{ readonly channels: readonly Channel[]; readonly point: StartingPoint }> {
  for (;;) {
    const channels = await open();
    const point = await findStartingPoint(start, channels, log);
    // A channel without readers may have been closed meanwhile, and then receives nothing.
    if (!channels.some(({ closed }) => closed)) return { channels, point };
  }
}

/** Turns a client's request into positions. */
async function findStartingPoint(start: Start, channels: readonly Channel[], log: LogHead): Promise<StartingPoint> {
  switch (start.kind) {
    case 'now':
      return now(channels, log);
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

/** A channel that has ended begins right before its end, so that no subscriber waits for what never comes. */
async function now(channels: readonly Channel[], log: LogHead): Promise<StartingPoint> {
  const position = await log.position();
  const ended = channels.filter(({ window }) => window.epoch === position.epoch && window.end > 0);
  if (ended.length === 0) return { position, gapReported: false };
  const positions = new Map(ended.map(({ name, window }) => [name, window.end - 1]));
  return { position, positions, gapReported: false };
}

async function resume(cursor: string, channel: Channel | undefined, log: LogHead): Promise<StartingPoint> {
  const wanted = decodeCursor(cursor);
  if (wanted === undefined) return { position: await log.position(), reset: 'invalid', gapReported: false };
  const furthest = Math.max(wanted.seq, ...(wanted.ahead?.values() ?? []));
  // The common case costs no round trip: this process knows enough to accept the cursor.
  const known = Math.max(log.announced, channel?.verifiedThrough ?? 0);
  if (wanted.epoch === channel?.epoch && furthest <= known) return { position: wanted, gapReported: false };
  const { epoch, seq } = await log.position();
  if (wanted.epoch !== epoch) return { position: { epoch, seq: 0 }, reset: 'epoch', gapReported: true };
  if (furthest > seq) return { position: { epoch, seq: 0 }, reset: 'ahead', gapReported: true };
  return { position: wanted, gapReported: false };
}

async function rewind(count: number, channels: readonly Channel[], log: LogHead): Promise<StartingPoint> {
  if (count === 0) return now(channels, log);
  const position = await log.position();
  // Joins and leaves mean something only with the members before them.
  const rewound = channels.filter(({ name }) => !isCompanion(name));
  const positions = rewound.map(async (channel) => [channel.name, await channel.rewind(count, position.seq)] as const);
  return { position, positions: new Map(await Promise.all(positions)), gapReported: true };
}
