import { BusUnavailableError } from '@tetracast/bus';
import { CodedError, type ErrorCode, ERRORS } from '@tetracast/message-model';

const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'message_too_large',
  415: 'unsupported_media_type',
  429: 'rate_limited',
};

/**
 * Converts any thrown value to the error that the client sees, with the value as its `cause`. An error that neither the client nor
 * an unreachable message log caused is `internal`, and its message reveals nothing.
 */
export function toCodedError(error: unknown): CodedError {
  if (error instanceof CodedError) return error;
  if (error instanceof BusUnavailableError) {
    return new CodedError(
      'unavailable',
      'the message log cannot be reached, and it is unknown whether anything was stored: try again',
      { cause: error },
    );
  }
  const status = statusOf(error);
  if (status === undefined || status < 400 || status >= 500) {
    return new CodedError('internal', 'an unexpected error: the server has logged it', { cause: error });
  }
  const code = BY_STATUS[status] ?? 'invalid_request';
  return new CodedError(code, code === 'invalid_request' ? reasonIn(error) : ERRORS[code].title, { cause: error });
}

/** The HTTP status in an error of Fastify or its plugins. */
function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return undefined;
  return typeof error.statusCode === 'number' ? error.statusCode : undefined;
}

// The message of a bad URL contains the URL, and perhaps a token.
function reasonIn(error: unknown): string {
  if (!(error instanceof Error)) return ERRORS.invalid_request.title;
  return 'code' in error && error.code === 'FST_ERR_BAD_URL' ? 'the URL cannot be read' : error.message;
}
