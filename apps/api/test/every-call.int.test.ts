import { FaultyBus } from '@tetracast/bus/testing';
import { createProblem, isErrorCode } from '@tetracast/message-model';
import { publish } from '@tetracast/service-kit/testing';
import { bodiesOf, calls, pathOf } from './requests';
import { type Answer, type Api, keyOf, startApi, stopped } from './start-api';

let api: Api;

beforeAll(async () => {
  // Each wrong key comes from another address: there is a limit for one.
  api = await startApi({ MAX_BATCH_BYTES: '64KiB', TRUST_PROXY: '127.0.0.1' });
});

afterAll(() => api[Symbol.asyncDispose]());

const PARAMETERS = { channel: 'news', user: 'ann', id: 'AAAAAAAA-1' };

/** The answer is a problem of this status, written as everywhere. */
function expectProblem({ status, json, headers }: Answer, wanted: number): void {
  const { code, detail } = json as { code: string; detail: string };
  expect({ status, known: isErrorCode(code), type: headers.get('content-type') }).toEqual({
    status: wanted,
    known: true,
    type: 'application/problem+json',
  });
  if (isErrorCode(code)) expect(json).toEqual(createProblem(code, detail));
}

describe.each(calls)('%s', (name, call) => {
  const { method } = call;
  const path = pathOf(call, PARAMETERS);
  const [body] = bodiesOf(call);

  it('asks for a key', async () => {
    expectProblem(await api.call(method, path, body, {}), 401);
    const address = `192.0.2.${calls.findIndex(([other]) => other === name) + 1}`;
    const wrong = { authorization: 'Bearer wrong', 'x-forwarded-for': address };
    expectProblem(await api.call(method, path, body, wrong), 401);
  });

  it('answers no other method', async () => {
    // The router finds the methods of a path only where the path has no parameters.
    const isPlain = call.params === undefined;
    const answer = await api.call('PATCH', path, {});
    expectProblem(answer, isPlain ? 405 : 404);
    expect(answer.headers.get('allow')?.includes(method)).toBe(isPlain ? true : undefined);
  });

  it('answers an odd query', async () => {
    const odd = '?__proto__=1&constructor=2&limit=%00&after=%zz&order[]=x&channel=%E0%A4%A';
    expect((await api.call(method, path + odd, body)).status).toBeLessThan(500);
  });

  it('answers odd parts of its path', async () => {
    for (const parameter of Object.keys(call.params?.properties ?? {})) {
      for (const value of ['', ' ', '\0', '../..', 'x'.repeat(3000)]) {
        const { status, json } = await api.call(method, pathOf(call, { ...PARAMETERS, [parameter]: value }), body);
        // Some of them are names for a user, and then there is nothing to delete.
        expect(status).toBeLessThan(500);
        expect(status < 400 ? parameter : isErrorCode((json as { code: string }).code)).not.toBe(false);
        expect(`${parameter} ${status}`).not.toBe('channel 200');
      }
    }
  });

  it('changes nothing about objects by names of their prototype', async () => {
    const text = '{"__proto__":{"channel":"news"},"constructor":{"prototype":{"polluted":1}}}';
    const { status } = await api.call(method, path, method === 'POST' ? text : undefined);
    expect(status).toBeLessThan(500);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  if (call.body !== undefined) {
    it.each([
      ['no JSON', '{', 400],
      ['a text', '"text"', 400],
      ['a list', '[]', 400],
      ['null', 'null', 400],
      ['an empty object', '{}', 400],
      ['lists within lists', '['.repeat(20_000), 400],
      ['bytes that are not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]).toString('latin1'), 400],
      ['more than MAX_BATCH_BYTES', `{"x":"${'x'.repeat(66_000)}"}`, 413],
    ])('refuses a body that is %s', async (_, text, status) => {
      expectProblem(await api.call(method, path, text), status);
    });

    it.each([
      ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
      ['a text', { 'content-type': 'text/plain' }],
      ['of another charset', { 'content-type': 'application/json; charset=utf-16' }],
      ['compressed', { 'content-type': 'application/json', 'content-encoding': 'gzip' }],
    ])('refuses a body that is %s', async (_, headers) => {
      const authorization = `Bearer ${keyOf('all')}`;
      expectProblem(await api.call(method, path, '{}', { authorization, ...headers }), 415);
    });
  }
});

describe('without the message log', () => {
  it('every call that needs it says so, and a publisher may try again', async () => {
    const bus = new FaultyBus();
    await using cut = await startApi({}, { bus });
    await publish(cut, 'news', [1]);
    bus.isUnavailable = true;
    for (const [, call] of calls) {
      const [body] = bodiesOf(call);
      const answer = await cut.call(call.method, pathOf(call, PARAMETERS), body);
      expectProblem(answer, 503);
      expect(answer.headers.get('retry-after')).toBe('1');
    }
  });
});

describe('the rates', () => {
  it('limit every call by the address of its caller', async () => {
    await using limited = await startApi({ PUBLISH_RATE: '0/1/0', POLL_RATE: '0/1/0' }, { runtime: stopped });
    for (const [, call] of calls) {
      const [body] = bodiesOf(call);
      for (let n = 0; n < 2; n++) await limited.call(call.method, pathOf(call, PARAMETERS), body);
      expectProblem(await limited.call(call.method, pathOf(call, PARAMETERS), body), 429);
    }
  });
});
