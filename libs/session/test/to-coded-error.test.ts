import { BusUnavailableError } from '@tetracast/bus';
import { CodedError, type ErrorCode } from '@tetracast/message-model';
import { errorCodes } from 'fastify';
import { toCodedError } from '../src/to-coded-error';

class StatusError extends Error {
  constructor(
    readonly statusCode: number,
    message = 'as it was thrown',
  ) {
    super(message);
  }
}

describe('toCodedError', () => {
  it('leaves a coded error as it is', () => {
    const error = new CodedError('forbidden', 'no');

    expect(toCodedError(error)).toBe(error);
  });

  it.each<[string, unknown, ErrorCode]>([
    ['an unreachable log', new BusUnavailableError('ECONNREFUSED 10.0.0.1:6379'), 'unavailable'],
    ['a body that is too large', new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE(), 'message_too_large'],
    ['another media type', new errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE(), 'unsupported_media_type'],
    ['a body that is no JSON', new errorCodes.FST_ERR_CTP_INVALID_JSON_BODY(), 'invalid_request'],
    ['an empty body', new errorCodes.FST_ERR_CTP_EMPTY_JSON_BODY(), 'invalid_request'],
    ['a body of another length', new errorCodes.FST_ERR_CTP_INVALID_CONTENT_LENGTH(), 'invalid_request'],
    ['a bad URL', new errorCodes.FST_ERR_BAD_URL('/%'), 'invalid_request'],
    ['a status 400', new StatusError(400), 'invalid_request'],
    ['a status 404', new StatusError(404), 'not_found'],
    ['a status 405', new StatusError(405), 'method_not_allowed'],
    ['a status 418', new StatusError(418), 'invalid_request'],
    ['a status 429', new StatusError(429), 'rate_limited'],
    ['a status 500', new StatusError(500), 'internal'],
    ['a status 503', new StatusError(503), 'internal'],
    ['a status below 400', new StatusError(200), 'internal'],
    ['a status that is no number', Object.assign(new Error('x'), { statusCode: '404' }), 'internal'],
    ['an unknown error', new TypeError('x is not a function'), 'internal'],
    ['a string', 'oops', 'internal'],
    ['nothing', undefined, 'internal'],
    ['null', null, 'internal'],
  ])('makes %s a coded error with its cause', (_, error, code) => {
    const coded = toCodedError(error);

    expect(coded).toBeInstanceOf(CodedError);
    expect(coded.code).toBe(code);
    expect(coded.cause).toBe(error);
  });

  it('says nothing of what went wrong inside', () => {
    expect(toCodedError(new Error('password is hunter2')).message).not.toMatch(/hunter2/);
    expect(toCodedError(new StatusError(500, 'password is hunter2')).message).not.toMatch(/hunter2/);
    expect(toCodedError(new BusUnavailableError('redis://:hunter2@redis')).message).not.toMatch(/hunter2/);
  });

  it('does not repeat a URL that cannot be read', () => {
    expect(toCodedError(new errorCodes.FST_ERR_BAD_URL('/x?token=hunter2')).message).not.toMatch(/hunter2/);
  });

  it("says what is wrong with a client's request", () => {
    expect(toCodedError(new StatusError(400, 'no such door')).message).toBe('no such door');
  });
});
