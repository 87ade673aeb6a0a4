/** The codes of the server, as in the wire contract. */
type ServerErrorCode =
  | 'invalid_request'
  | 'invalid_channel'
  | 'invalid_event'
  | 'invalid_message'
  | 'invalid_frame'
  | 'too_many_channels'
  | 'unauthorized'
  | 'forbidden'
  | 'forbidden_origin'
  | 'channel_ended'
  | 'upstream_failed'
  | 'not_found'
  | 'method_not_allowed'
  | 'message_too_large'
  | 'unsupported_media_type'
  | 'rate_limited'
  | 'internal'
  | 'unavailable'
  | 'overloaded';

/**
 * Codes of the client itself.
 *
 * - `network`: the connection failed or ended; `timeout`: nothing arrived in time.
 * - `blocked`: what answered is not the server, such as a proxy or a captive portal.
 * - `token_failed`: the `token` function failed, with its error as the `cause`, or the server refused what it returned before.
 * - `queue_full`: too many publications wait; `expired`: a publication could not be stored in time and may be stored or not.
 * - `invalid_data`: the data of a message does not match the schema; its issues are the `cause`.
 * - `closed`: the client was closed.
 * - `cancelled`: someone cancelled the stream; `stream_failed`: its producer says so; `incomplete`: a part of it is no longer stored.
 */
type ClientErrorCode =
  | 'network'
  | 'timeout'
  | 'blocked'
  | 'token_failed'
  | 'queue_full'
  | 'expired'
  | 'invalid_data'
  | 'closed'
  | 'cancelled'
  | 'stream_failed'
  | 'incomplete';

export type ErrorCode = ServerErrorCode | ClientErrorCode;

/** The network or a proxy failed, which says nothing about the request: another transport may work. */
export const OF_NETWORK: readonly ErrorCode[] = ['network', 'timeout', 'blocked'];
const TEMPORARY: readonly ErrorCode[] = [
  ...OF_NETWORK,
  'token_failed',
  'invalid_data',
  'rate_limited',
  'internal',
  'unavailable',
  'overloaded',
];

/** The one error type of this package. */
export class TetracastError extends Error {
  declare readonly name: 'TetracastError';
  declare readonly code: ErrorCode;
  /** The same request may succeed later. */
  declare readonly isTemporary: boolean;
  /** How long the server asks to wait, in ms; 0: come back at once. */
  declare readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string = code, retryAfterMs?: number, cause?: unknown) {
    super(message, { cause });
    Object.assign(this, { name: 'TetracastError', code, retryAfterMs, isTemporary: TEMPORARY.includes(code) });
  }
}

export function toError(error: unknown): TetracastError {
  return error instanceof TetracastError ? error : new TetracastError('network', String(error), undefined, error);
}
