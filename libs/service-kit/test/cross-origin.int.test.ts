import type { RequestOptions } from 'node:http';
import { publishRoute } from '../src/http/publish-route';
import { type Answer, ask, problemIn } from './ask';
import { startService, type TestService } from '../src/testing';

const FRIEND = 'https://friend.example';
const STRANGER = 'https://stranger.example';

describe('pages of other origins', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await startService([publishRoute('/news')], { ALLOWED_ORIGINS: FRIEND, TRUST_PROXY: '127.0.0.0/8' });
  });

  afterAll(async () => {
    await service.close();
  });

  const from = (origin: string, path: string, options: RequestOptions & { body?: string } = {}): Promise<Answer> =>
    ask(service.url + path, { ...options, headers: { origin, ...(options.headers as object) } });

  it.each(['GET', 'HEAD', 'POST', 'PUT', 'OPTIONS'])('are refused a %s unless they are allowed', async (method) => {
    const answer = await from(STRANGER, '/healthz', { method });

    expect(answer.status).toBe(403);
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
  });

  it.each(['/healthz', '/news', '/nowhere'])('are refused %s by a problem', async (path) => {
    expect(problemIn(await from(STRANGER, path))).toMatchObject({ status: 403, code: 'forbidden_origin' });
  });

  it('store nothing with a form that needs no preflight', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await from(STRANGER, '/news', { method: 'POST', headers, body: 'channel=a&data=1' });

    expect(answer.status).toBe(403);
    expect((await service.tetracast.bus.positions(['a'])).head).toBe(0);
  });

  it.each([
    ['what is served', '/healthz', 'GET', 200],
    ['a 404', '/nowhere', 'GET', 404],
    ['a 405', '/healthz', 'PUT', 405],
    ['a 415', '/news', 'POST', 400],
  ])('can read %s when they are allowed', async (_, path, method, status) => {
    const answer = await from(FRIEND, path, { method });

    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': FRIEND,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'ETag, Preference-Applied, Retry-After, Tetracast-Channel, Tetracast-Ticket',
      vary: 'Origin',
    });
  });

  it.each([
    ['POST', 'content-type,idempotency-key'],
    ['GET', 'if-none-match,last-event-id,prefer,authorization'],
    ['GET', 'cache-control,last-event-id,pragma,x-requested-with'],
    ['POST', 'content-type,traceparent,x-csrf-token'],
  ])('are answered a preflight for %s', async (method, headers) => {
    const answer = await from(FRIEND, '/news', {
      method: 'OPTIONS',
      headers: { 'access-control-request-method': method, 'access-control-request-headers': headers },
    });

    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': FRIEND,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET, HEAD, POST',
      'access-control-max-age': '600',
    });
    expect(answer.headers['access-control-allow-headers']?.toLowerCase()).toBe(headers);
    expect(answer.headers.vary).toContain('Access-Control-Request-Headers');
  });

  it('are none when the page is its own', async () => {
    expect((await from(service.url, '/healthz')).headers['access-control-allow-origin']).toBe(service.url);
  });

  it('are none without an Origin, and nothing is said about origins', async () => {
    const { status, headers } = await ask(`${service.url}/healthz`);

    expect(status).toBe(200);
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('are judged by the host a trusted proxy was asked for', async () => {
    const forwarded = { headers: { 'x-forwarded-host': 'public.example' } };

    expect((await from('https://public.example', '/healthz', forwarded)).status).toBe(200);
    expect((await from('https://other.example', '/healthz', forwarded)).status).toBe(403);
  });
});

describe('a name that is not that of a service on loopback', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await startService([publishRoute('/news')], { ALLOWED_ORIGINS: FRIEND });
  });

  afterAll(() => service.close());

  const under = (host: string, path: string): Promise<Answer> => ask(service.url + path, { headers: { host } });

  it.each(['/news', '/metrics', '/nowhere'])('is refused %s, with a word on how to allow it', async (path) => {
    const problem = problemIn(await under('rebound.example', path));

    expect(problem).toMatchObject({ status: 403, code: 'forbidden_origin' });
    expect(problem.detail).toContain('ALLOWED_ORIGINS');
  });

  it.each(['/healthz', '/readyz'])('may be asked %s', async (path) => {
    expect((await under('10.0.0.7:8080', path)).status).toBe(200);
  });

  it('is that of an allowed origin, or of loopback', async () => {
    expect((await under('friend.example', '/metrics')).status).toBe(200);
    expect((await under('localhost:1', '/metrics')).status).toBe(200);
  });
});
