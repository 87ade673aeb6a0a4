import type { Publication } from './publication';

/** A message as the message log stores it. */
export interface Entry {
  /** Its sequence number in the partition: 1, 2, 3 … over all channels. */
  readonly seq: number;
  /** The sequence number of the message before it in its channel; 0 for the first. */
  readonly prev: number;
  readonly channel: string;
  readonly event: string;
  /** JSON text, as published. */
  readonly data: string;
  /** When it was stored, in ms since the POSIX epoch. */
  readonly time: number;
  readonly echo: boolean;
  readonly client?: string;
  readonly user?: string;
}

/** Bytes that a message counts besides its data in a read with a byte limit: roughly its numbers, names and keys. */
export const ENTRY_BYTES = 256;

/** Bytes that a message counts in a read with a byte limit: its data in UTF-8 and {@link ENTRY_BYTES}. */
export function bytesOf({ data }: Pick<Entry, 'data'>): number {
  return ENTRY_BYTES + Buffer.byteLength(data);
}

/** A publication with its position and time. */
export function createEntry(
  {
    channel,
    event,
    data,
    echo,
    client,
    user,
  }: Pick<Publication, 'channel' | 'event' | 'data' | 'echo' | 'client' | 'user'>,
  seq: number,
  prev: number,
  time: number,
): Entry {
  // Four literals: with spread parts this took half of the time to store a message in memory (5.3 µs, now 2.6).
  if (user === undefined) {
    if (client === undefined) return { seq, prev, channel, event, data, time, echo };
    return { seq, prev, channel, event, data, time, echo, client };
  }
  if (client === undefined) return { seq, prev, channel, event, data, time, echo, user };
  return { seq, prev, channel, event, data, time, echo, client, user };
}
