import type { Publication } from '../publication';
import { createEntry, type Entry } from '../entry';

/** One entry of the stream: its ID, then `p`, prev, `t`, time, `b`, body. */
export type StreamEntry = readonly [id: string, fields: readonly string[]];

/** What is announced: `<epoch> <seq> <prev> <time>`, a line feed and the body. */
export interface Announcement {
  readonly epoch: string;
  readonly entry: Entry;
}

interface Head {
  /** Left out for the default. */
  event?: string;
  client?: string;
  user?: string;
  /** Only ever `false`. */
  echo?: false;
}

const DEFAULT_EVENT = 'message';

const EMPTY_HEAD = '{}';

const POSITION = /^([A-Za-z0-9]+) ([0-9]+) ([0-9]+) ([0-9]+)$/;

/** A publication but for its channel: a line of JSON with all that is not the default, then the data as it came. */
export function encodeBody({ event, client, user, echo, data }: Publication): string {
  if (event === DEFAULT_EVENT && echo && client === undefined && user === undefined) return `${EMPTY_HEAD}\n${data}`;
  const head: Head = {};
  if (event !== DEFAULT_EVENT) head.event = event;
  if (client !== undefined) head.client = client;
  if (user !== undefined) head.user = user;
  if (!echo) head.echo = false;
  // JSON.stringify writes no line feed of its own and escapes those in a string.
  return `${JSON.stringify(head)}\n${data}`;
}

/** The entry that stands in the stream of `channel`; throws on one that no append stored. */
export function decodeStreamEntry(channel: string, [id, fields]: StreamEntry): Entry {
  const [, prev, , time, , body] = fields;
  if (prev === undefined || time === undefined || body === undefined) throw new Error(`Not an entry: ${channel} ${id}`);
  return decodeBody(channel, Number.parseInt(id, 10), Number(prev), Number(time), body);
}

/** What was announced on `channel`, or `undefined` for something else: anyone may publish on a channel of Redis. */
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
