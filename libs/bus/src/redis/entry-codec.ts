import type { Publication } from '../publication';
import { createEntry, type Entry } from '../entry';

/** One entry of the stream: its ID, then the fields `p` (prev), `t` (time) and `b` (body). */
export type StreamEntry = readonly [id: string, fields: readonly string[]];

/** An announcement: `<epoch> <seq> <prev> <time>`, a line feed and the body. */
export interface Announcement {
  readonly epoch: string;
  readonly entry: Entry;
}

interface Head {
  /** Absent for the default. */
  event?: string;
  client?: string;
  user?: string;
  /** Only ever `false`. */
  echo?: false;
}

const DEFAULT_EVENT = 'message';

const EMPTY_HEAD = '{}';

const POSITION = /^([A-Za-z0-9]+) ([0-9]+) ([0-9]+) ([0-9]+)$/;

/** A publication without its channel: one line of JSON with every member that is not the default, then the data as published. */
export function encodeBody({ event, client, user, echo, data }: Publication): string {
  if (event === DEFAULT_EVENT && echo && client === undefined && user === undefined) return `${EMPTY_HEAD}\n${data}`;
  const head: Head = {};
  if (event !== DEFAULT_EVENT) head.event = event;
  if (client !== undefined) head.client = client;
  if (user !== undefined) head.user = user;
  if (!echo) head.echo = false;
  // JSON.stringify adds no line feeds and escapes those in a string.
  return `${JSON.stringify(head)}\n${data}`;
}

/** Whether {@link encodeBody} says the same of both. */
export function hasSameBody(one: Publication, other: Publication): boolean {
  return (
    one.data === other.data &&
    one.event === other.event &&
    one.client === other.client &&
    one.user === other.user &&
    one.echo === other.echo
  );
}

/** What the first line of a body has exactly if the message is of this user: in a JSON string each quote is escaped. */
export function userMark(user: string): string {
  return `"user":${JSON.stringify(user)}`;
}

/** An entry from the stream of `channel`. @throws Error on one that no append stored */
export function decodeStreamEntry(channel: string, [id, fields]: StreamEntry): Entry {
  const [, prev, , time, , body] = fields;
  if (prev === undefined || time === undefined || body === undefined) throw new Error(`Not an entry: ${channel} ${id}`);
  return decodeBody(channel, Number.parseInt(id, 10), Number(prev), Number(time), body);
}

/** The announcement in `text`, or `undefined`: other programs may publish on a channel of Redis. */
export function decodeAnnouncement(channel: string, text: string): Announcement | undefined {
  const lineEnd = text.indexOf('\n');
  const match = POSITION.exec(text.slice(0, Math.max(0, lineEnd)));
  if (match === null) return undefined;
  const [, epoch = '', seq, prev, time] = match;
  try {
    const body = text.slice(lineEnd + 1);
    return { epoch, entry: decodeBody(channel, Number(seq), Number(prev), Number(time), body) };
  } catch {
    return undefined;
  }
}

function decodeBody(channel: string, seq: number, prev: number, time: number, body: string): Entry {
  const lineEnd = body.indexOf('\n');
  if (lineEnd < 0) throw new Error(`Not an entry: ${channel} ${seq}`);
  const head = body.slice(0, lineEnd);
  const data = body.slice(lineEnd + 1);
  if (head === EMPTY_HEAD) return createEntry({ channel, event: DEFAULT_EVENT, data, echo: true }, seq, prev, time);
  const { event = DEFAULT_EVENT, echo = true, ...origin } = JSON.parse(head) as Head;
  return createEntry({ channel, event, data, echo, ...origin }, seq, prev, time);
}
