import { Type } from '@sinclair/typebox';

/**
 * Every error that a client can get, on every transport: the `code` of a problem+json body (RFC 9457), of a WebSocket `error`
 * frame and of a Socket.IO acknowledgement. Codes are part of the wire contract: they are added, never renamed.
 */
export const ERRORS = {
  invalid_request: { status: 400, title: 'The request cannot be read' },
  invalid_channel: { status: 400, title: 'Not a channel name' },
  invalid_event: { status: 400, title: 'Not an event name, or a reserved one' },
  invalid_message: { status: 400, title: 'Not a message' },
  invalid_frame: { status: 400, title: 'Not a frame of this protocol' },
  too_many_channels: { status: 400, title: 'Too many channels for one connection' },
  unauthorized: { status: 401, title: 'A valid token is needed' },
  forbidden: { status: 403, title: 'The token does not allow this' },
  forbidden_origin: { status: 403, title: 'This origin may not use the service' },
  not_found: { status: 404, title: 'Nothing is here' },
  method_not_allowed: { status: 405, title: 'This method is not served here' },
  channel_ended: { status: 409, title: 'The channel has ended' },
  message_too_large: { status: 413, title: 'The message is too large' },
  unsupported_media_type: { status: 415, title: 'This content type is not served here' },
  rate_limited: { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'The service failed' },
  upstream_failed: { status: 502, title: 'The upstream of the relay failed' },
  unavailable: { status: 503, title: 'The message log cannot be reached' },
  overloaded: { status: 503, title: 'The service takes no more connections now' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof ERRORS;

export const ErrorCodeSchema = Type.Union((Object.keys(ERRORS) as ErrorCode[]).map((code) => Type.Literal(code)));

/** The body of an error over HTTP (RFC 9457), media type `application/problem+json`. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
}

/** The same error in-band: in a WebSocket `error` frame and in a Socket.IO acknowledgement. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
}

export function createProblem(code: ErrorCode, detail: string): Problem {
  const { status, title } = ERRORS[code];
  return { type: `urn:tetracast:error:${code}`, title, status, code, detail };
}

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(ERRORS, value);
}

/** V8 reads it when an error is created. */
const STACKS = Error as { stackTraceLimit?: unknown };

/** The one error type for clients inside the gateway, with a code from {@link ERRORS}. It has no stack, which would cost most of a refusal. */
export class CodedError extends Error {
  override readonly name = 'CodedError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    const { stackTraceLimit } = STACKS;
    STACKS.stackTraceLimit = 0;
    super(message, options);
    STACKS.stackTraceLimit = stackTraceLimit;
  }
}
