import type { FastifyPluginAsync } from 'fastify';
import { startService, type TestService } from '../src/testing';
import { talk } from './talk';

const where: FastifyPluginAsync = (app) => {
  app.get('/where', ({ url, headers }) => ({ url, host: headers.host }));
  return Promise.resolve();
};

let service: TestService;

beforeAll(async () => {
  service = await startService([where]);
});

afterAll(() => service.close());

/** The answer to `GET target`, on a connection that ends with it. */
async function get(
  target: string,
  headers: readonly string[],
  version = '1.1',
): Promise<{ status: string; body: unknown }> {
  const head = [`GET ${target} HTTP/${version}`, ...headers, 'Connection: close', '\r\n'].join('\r\n');
  const text = await talk(service.url, head);
  return { status: text.slice(9, 12), body: JSON.parse(text.slice(text.indexOf('\r\n\r\n'))) };
}

describe('a request target in absolute form', () => {
  it.each([
    ['http://localhost:81/where?a=b', '/where?a=b'],
    ['HTTP://LOCALHOST:81/where/', '/where/'],
    ['https://localhost:81/where?u=http://x/', '/where?u=http://x/'],
  ])('%s is served, and names the host, whatever Host says', async (target, url) => {
    const { status, body } = await get(target, ['Host: elsewhere.example']);

    expect([status, body]).toEqual(['200', { url, host: /localhost:81/i.exec(target)?.[0] }]);
  });

  it.each(['http://localhost', 'http://localhost?a=b'])('%s without a path is that of the root', async (target) => {
    expect(await get(target, ['Host: localhost'])).toMatchObject({ status: '404', body: { code: 'not_found' } });
  });

  it('is refused under a name the service does not answer under, though Host has one', async () => {
    const answer = await get('http://rebound.example/where', ['Host: localhost']);

    expect(answer).toMatchObject({ status: '403', body: { code: 'forbidden_origin' } });
  });

  it.each(['http:///where', 'http://a@localhost/where', 'http://a b/where'])('%s is refused', async (target) => {
    expect((await get(target, ['Host: localhost'])).status).toMatch(/^40[03]$/);
  });
});

describe('a request', () => {
  it.each([
    ['without Host', []],
    ['with two Host lines', ['Host: localhost', 'host: localhost']],
    ['with a path in Host', ['Host: 127.0.0.1/a']],
    ['with a user in Host', ['Host: a@localhost']],
    ['with two names in Host', ['Host: localhost, b']],
    ['with a port that is none', ['Host: localhost:http']],
    [
      'with more header lines than anyone sends',
      ['Host: localhost', ...Array.from({ length: 250 }, (_, i) => `x${i}: y`)],
    ],
  ])('%s is refused', async (_, headers) => {
    for (const target of ['/where', '/healthz', '/nowhere']) {
      expect(await get(target, headers)).toMatchObject({ status: '400', body: { code: 'invalid_request' } });
    }
  });

  it.each([
    [
      'a request may have at most 200 header lines',
      [...Array.from({ length: 250 }, (_, i) => `x${i}: y`), 'Host: localhost'],
    ],
    ['"Transfer-Encoding" may only be "chunked"', ['Host: localhost', 'Transfer-Encoding: gzip, chunked']],
  ])('is refused because %s', async (reason, headers) => {
    const { status, body } = await get('/where', headers);
    expect([status, body]).toEqual([
      '400',
      expect.objectContaining({ detail: expect.stringContaining(reason) as string }),
    ]);
  });

  it('with more fields in its URL than anyone sends is refused', async () => {
    const fields = (count: number): string => `/where?${'a&'.repeat(count)}`;

    expect(await get(fields(2000), ['Host: localhost'])).toMatchObject({
      status: '400',
      body: { code: 'invalid_request' },
    });
    expect(await get(fields(500), ['Host: localhost'])).toMatchObject({ status: '200' });
  });

  it.each(['localhost', 'LOCALHOST:1', '127.0.0.1:', '[::1]', '[::1]:80', ''])(
    'with Host: %s is served',
    async (host) => {
      expect(await get('/where', [`Host: ${host}`])).toEqual({ status: '200', body: { url: '/where', host } });
    },
  );

  it('of HTTP/1.0 needs no Host', async () => {
    expect(await get('/where', [], '1.0')).toMatchObject({ status: '200' });
    expect(await get('/where', ['Host: a', 'Host: a'], '1.0')).toMatchObject({ status: '400' });
  });

  it('may have a slash behind its path', async () => {
    expect(await get('/where/?a=b', ['Host: localhost'])).toMatchObject({
      status: '200',
      body: { url: '/where/?a=b' },
    });
    expect(await get('/healthz/', ['Host: rebound.example'])).toMatchObject({ status: '200' });
  });
});
