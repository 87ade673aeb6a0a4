import type { ErrorCode } from '@tetracast/message-model';
import { publishJson } from '../../drivers/index';
import { type ContractContext, open, uniqueChannel } from '../contract-context';
import { formBody, jsonBody, refusalIn, request } from './http-requests';

interface BadRequest {
  readonly path?: string;
  readonly init: RequestInit;
  readonly status: number;
  readonly code: ErrorCode;
}

const channel = uniqueChannel();

const JSON_TYPE = { 'content-type': 'application/json' };

const BAD_REQUESTS: Readonly<Record<string, BadRequest>> = {
  'a body that is no JSON': {
    init: { method: 'POST', headers: JSON_TYPE, body: '{"channel":' },
    status: 400,
    code: 'invalid_request',
  },
  'an empty body': { init: { method: 'POST', headers: JSON_TYPE, body: '' }, status: 400, code: 'invalid_request' },
  'a body that is no object': { init: jsonBody([1, 2]), status: 400, code: 'invalid_message' },
  'a message without data': { init: jsonBody({ channel }), status: 400, code: 'invalid_message' },
  'a form without data': { init: formBody({ channel }), status: 400, code: 'invalid_message' },
  'a message without a channel': { init: jsonBody({ data: 1 }), status: 400, code: 'invalid_channel' },
  'an echo that is neither true nor false': {
    init: jsonBody({ channel, data: 1, echo: 'perhaps' }),
    status: 400,
    code: 'invalid_message',
  },
  'a client key with a space': {
    init: jsonBody({ channel, data: 1, client: 'two words' }),
    status: 400,
    code: 'invalid_message',
  },
  'another media type': {
    init: { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'hello' },
    status: 415,
    code: 'unsupported_media_type',
  },
  'a body of 2 MiB': { init: jsonBody({ channel, data: 'x'.repeat(2 ** 21) }), status: 413, code: 'message_too_large' },
  'a subscription to no channel': { init: {}, status: 400, code: 'invalid_channel' },
  'a rewind that is no number': {
    path: `?channel=${channel}&rewind=far`,
    init: {},
    status: 400,
    code: 'invalid_request',
  },
};

/** Requests that no driver would make, each refused by a problem (RFC 9457) with its status and code. */
export function testHttpRefusals(context: ContractContext): void {
  const endpoint = (): string => context.url() + context.driver.path;

  describe('bad requests', () => {
    const expectStillServed = async (): Promise<void> => {
      await using witness = await open(context, { channels: [channel] });
      const { id } = await publishJson(endpoint(), { channel, data: 'still here' });
      expect(await witness.next()).toMatchObject([{ id, data: 'still here' }]);
    };

    it.each(Object.entries(BAD_REQUESTS))('refuses %s', async (_, { path = '', init, status, code }) => {
      const refusal = refusalIn(await request(endpoint() + path, init));

      expect({ status: refusal.status, code: refusal.code, message: refusal.message }).toEqual({
        status,
        code,
        message: expect.any(String) as string,
      });
      await expectStillServed();
    });

    it.each(['PUT', 'DELETE', 'PATCH'])('does not serve the method %s', async (method) => {
      const answer = await request(endpoint(), { method });

      expect([405, 404]).toContain(answer.status);
      expect(refusalIn(answer).code).toBe(answer.status === 405 ? 'method_not_allowed' : 'not_found');
      expect(answer.status === 404 || (answer.headers.get('allow') ?? '').includes('GET')).toBe(true);
      await expectStillServed();
    });

    it('answers 404 on an unknown path', async () => {
      const refusal = refusalIn(await request(`${context.url()}/no/such/path`));

      expect(refusal).toMatchObject({ status: 404, code: 'not_found' });
    });
  });
}
