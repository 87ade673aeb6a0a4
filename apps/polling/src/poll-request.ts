import { CodedError, decodeCursor } from '@tetracast/message-model';
import { type Settings } from '@tetracast/service-kit';
import { parseSubscriptionRequest, requireChannels, single, type SubscriptionRequest } from '@tetracast/session';
import type { IncomingHttpHeaders } from 'node:http';

/** Maximum `wait` in the protocol, in seconds. */
const WAIT_MAX_S = 55;
const LIMIT_DEFAULT = 100;

export interface PollRequest extends SubscriptionRequest {
  /** How long to wait for a message; 0: the server responds at once. */
  readonly waitMs: number;
  /** Maximum number of messages in the response. */
  readonly limit: number;
  /** The cursors in `If-None-Match`. If nothing is new after one of them, the response is 304. */
  readonly knownCursors: readonly string[];
  /** The value of `Preference-Applied` (RFC 7240) when the server used `Prefer: wait`. */
  readonly preferenceApplied?: string;
}

type PollSettings = Pick<Settings, 'maxPollWaitMs' | 'maxPollLimit'>;

/**
 * Reads a poll. The start is the first of the `Last-Event-ID` header, the query, and `If-None-Match`, whose ETags are cursors in
 * quotes. If the server can read no cursor in the header, it answers with a reset, as for such an `after`.
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
  // A server may apply a preference in part. The response says how much.
  const waitMs = Math.min(preferred * 1000, WAIT_MAX_S * 1000, maxPollWaitMs);
  return { waitMs, preferenceApplied: `wait=${Math.floor(waitMs / 1000)}` };
}

/** The `wait` of a `Prefer` header (RFC 7240, section 4.3), in seconds. The RFC says to ignore what cannot be read. */
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

/** The suffix that a compressing proxy adds to the tag of a response: Apache `-gzip`, Jetty `--gzip`, others `;br`. */
const CODING = /[-;:]{1,2}(?:gzip|br|deflate|zstd)$/i;

function cursorIn(tag: string): string | undefined {
  return [tag, tag.replace(CODING, '')].find((text) => decodeCursor(text) !== undefined);
}

/** The oldest cursor: the client may have the response of any of them, and misses nothing after the oldest. */
function furthestBack(cursors: readonly string[]): string | undefined {
  const seqOf = (cursor: string): number => decodeCursor(cursor)?.seq ?? 0;
  return cursors.toSorted((one, other) => seqOf(one) - seqOf(other))[0];
}
