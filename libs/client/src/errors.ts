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
 * - `token_failed`: the `token` function failed; its error is the `cause`.
 * - `queue_full`: too many publications wait; `expired`: a publication could not be stored in time and may be stored or not.
 * - `invalid_data`: the data of a message does not match the schema; its issues are the `cause`.
 * - `closed`: the client was closed.
 */
type ClientErrorCode =
  'network' | 'timeout' | 'blocked' | 'token_failed' | 'queue_full' | 'expired' | 'invalid_data' | 'closed';

export type ErrorCode = ServerErrorCode | ClientErrorCode;

interface ErrorDetails extends ErrorOptions {
  readonly isTemporary?: boolean;
  readonly retryAfterMs?: number | undefined;
}

/** The one error type of this package. */
export class TetracastError extends Error {
  override readonly name = 'TetracastError';
  /** The same request may succeed later. */
  readonly isTemporary: boolean;
  /** How long the server asks to wait, in ms; 0: come back at once. */
  readonly retryAfterMs: number | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    { isTemporary = false, retryAfterMs, ...options }: ErrorDetails = {},
  ) {
    super(message, options);
    this.isTemporary = isTemporary;
    this.retryAfterMs = retryAfterMs;
  }
}

/** A failure of the network or of a proxy, which says nothing about the request. */
export function temporary(code: ErrorCode, message: string, details?: ErrorDetails): TetracastError {
  return new TetracastError(code, message, { isTemporary: true, ...details });
}

/** The server itself answered, so another transport would get the same answer. */
export function isFromServer({ code }: TetracastError): boolean {
  return !['network', 'timeout', 'blocked'].includes(code);
}

export function toError(error: unknown): TetracastError {
  return error instanceof TetracastError ? error : temporary('network', String(error), { cause: error });
}
