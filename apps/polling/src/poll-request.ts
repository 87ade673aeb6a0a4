import { CodedError, decodeCursor } from '@tetracast/message-model';
import { type Settings } from '@tetracast/service-kit';
import { parseSubscriptionRequest, requireChannels, single, type SubscriptionRequest } from '@tetracast/session';
import type { IncomingHttpHeaders } from 'node:http';

/** Longest wait of the contract, in seconds. */
const WAIT_MAX_S = 55;
const LIMIT_DEFAULT = 100;

export interface PollRequest extends SubscriptionRequest {
  /** How long to wait for a message; 0 answers with what there is. */
  readonly waitMs: number;
  /** Maximum messages in the answer. */
  readonly limit: number;
  /** The cursors in `If-None-Match`: with nothing new after one of them the answer is 304. */
  readonly knownCursors: readonly string[];
  /** The value of `Preference-Applied` (RFC 7240) when the server used `Prefer: wait`. */
  readonly preferenceApplied?: string;
}

type PollSettings = Pick<Settings, 'maxPollWaitMs' | 'maxPollLimit'>;

/**
 * Reads a poll. The start is, first of all, the `Last-Event-ID` header, then the query, then `If-None-Match`: an ETag is a
 * cursor in quotes. A header without any cursor that can be read is answered by a reset, as such an `after` is.
 *
 * @throws CodedError `invalid_channel`, `invalid_request`
 */
export function parsePollRequest(
  query: Readonly<Record<string, unknown>>,
  headers: IncomingHttpHeaders,
  settings: PollSettings,
): PollRequest {
  const header = headers['if-none-match'] ?? '';
  const knownCursors = cursorsIn(header);
  const lastEventId = headers['last-event-id'] as string | undefined;
  const request = requireChannels(parseSubscriptionRequest(query, lastEventId));
  const start =
    request.start.kind === 'now' && header !== ''
      ? ({ kind: 'after', cursor: furthestBack(knownCursors) ?? header } as const)
      : request.start;
  return { ...request, start, knownCursors, limit: limitIn(query, settings), ...waitIn(query, headers, settings) };
}

function limitIn(query: Readonly<Record<string, unknown>>, { maxPollLimit }: PollSettings): number {
  const text = single(query, 'limit');
  if (text === undefined || text === '') return Math.min(LIMIT_DEFAULT, maxPollLimit);
  if (!/^[1-9]\d*$/.test(text)) throw new CodedError('invalid_request', '"limit" must be a whole number, 1 or more');
  return Math.min(Number(text), maxPollLimit);
}

function waitIn(
  query: Readonly<Record<string, unknown>>,
  { prefer }: IncomingHttpHeaders,
  { maxPollWaitMs }: PollSettings,
): Pick<PollRequest, 'waitMs' | 'preferenceApplied'> {
  const text = single(query, 'wait');
  if (text !== undefined && text !== '') {
    if (!/^\d+$/.test(text)) {
      throw new CodedError('invalid_request', '"wait" must be a whole number of seconds, 0 or more');
    }
    return { waitMs: Math.min(Number(text) * 1000, WAIT_MAX_S * 1000, maxPollWaitMs) };
  }
  const preferred = preferredWait(prefer);
  if (preferred === undefined) return { waitMs: 0 };
  // A preference may be met in part: the answer says which part.
  const waitMs = Math.min(preferred * 1000, WAIT_MAX_S * 1000, maxPollWaitMs);
  return { waitMs, preferenceApplied: `wait=${Math.floor(waitMs / 1000)}` };
}

/** The `wait` of a `Prefer` header (RFC 7240, section 4.3), in seconds; what cannot be read is ignored, as it says. */
function preferredWait(header: string | string[] | undefined): number | undefined {
  for (const preference of String(header ?? '').split(',')) {
    const [, seconds] = /^\s*wait\s*=\s*"?(\d+)"?\s*(?:;|$)/i.exec(preference) ?? [];
    if (seconds !== undefined) return Number(seconds);
  }
  return undefined;
}

/** The cursors among the entity tags of an `If-None-Match` (RFC 9110, section 13.1.2; compared weakly). */
function cursorsIn(header: string): string[] {
  const tags = [...header.matchAll(/(?:^|,)\s*(?:W\/)?"([^"]*)"\s*(?=,|$)/g)];
  return tags.map(([, tag = '']) => cursorIn(tag)).filter((cursor) => cursor !== undefined);
}

/** What a server that compresses puts behind the tag of an answer: Apache `-gzip`, Jetty `--gzip`, others `;br`. */
const CODING = /[-;:]{1,2}(?:gzip|br|deflate|zstd)$/i;

function cursorIn(tag: string): string | undefined {
  return [tag, tag.replace(CODING, '')].find((text) => decodeCursor(text) !== undefined);
}

/** A client may have got what goes with any of them: after the oldest it misses nothing. */
function furthestBack(cursors: readonly string[]): string | undefined {
  const seqOf = (cursor: string): number => decodeCursor(cursor)?.seq ?? 0;
  return cursors.toSorted((one, other) => seqOf(one) - seqOf(other))[0];
}
