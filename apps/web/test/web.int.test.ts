import { createService, parseSettings } from '@tetracast/service-kit';
import { createHash } from 'node:crypto';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { runInNewContext } from 'node:vm';
import { webPlugin } from '../src/web.plugin';

let app: FastifyInstance;

beforeAll(async () => {
  app = await createService(parseSettings({ PORT: '0', HOST: '0.0.0.0', ACCESS: 'open' }), [webPlugin], {
    logger: false,
  });
});

afterAll(async () => {
  await app.close();
});

describe('the web service', () => {
  it.each([
    ['/', 'text/html'],
    ['/styles/page.css', 'text/css'],
    ['/lab.js', 'application/javascript'],
    ['/lab/websocket.html', 'text/html'],
    ['/lab/sdk.html', 'text/html'],
    ['/demos/chat.html', 'text/html'],
    ['/demos/ticker.html', 'text/html'],
    ['/demos/answer.html', 'text/html'],
    ['/transports/sse.js', 'application/javascript'],
    ['/texts/zh.js', 'application/javascript'],
    ['/favicon.svg', 'image/svg+xml'],
    ['/vendor/jquery.min.js', 'application/javascript'],
    ['/vendor/uPlot.iife.min.js', 'application/javascript'],
    ['/vendor/uPlot.min.css', 'text/css'],
    ['/tetracast.js', 'application/javascript'],
  ])('serves %s', async (url, type) => {
    const answer = await app.inject({ url });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toContain(type);
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
  });

  it('serves the SDK as a plain script with the global Tetracast', async () => {
    const { body } = await app.inject({ url: '/tetracast.js' });
    // Neither the module for bundlers nor another entry, which have no such global or none of its functions.
    const { Tetracast } = runInNewContext(`${body}; ({ Tetracast })`) as { Tetracast: object };
    expect(Object.keys(Tetracast)).toEqual(
      expect.arrayContaining(['createClient', 'TetracastError', 'presence', 'produce', 'read']),
    );
  });

  it('names no other origin in the page or its policy, and allows nothing inline', async () => {
    const page = await app.inject({ url: '/', headers: { host: '127.0.0.1:8080' } });
    expect(page.body).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    expect(page.body).not.toMatch(/<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)/);
    expect(policyOf(page)).toEqual({
      'default-src': "'none'",
      'script-src': "'self'",
      'style-src': "'self'",
      'img-src': "'self'",
      'connect-src': "'self' ws://127.0.0.1:8080 wss://127.0.0.1:8080 ws://localhost:3601 ws://127.0.0.1:3601",
      'frame-src': "'self'",
      'form-action': "'self'",
      'base-uri': "'none'",
      'frame-ancestors': "'none'",
    });
  });

  it('has no fault proxies', async () => {
    const offered = await app.inject({ url: '/faults.json', headers: { 'sec-fetch-site': 'same-origin' } });
    expect(offered.json()).toBeNull();
    for (const url of ['/lab/faults', '/lab/short-token']) {
      expect((await app.inject({ method: 'POST', url, payload: {} })).statusCode).toBe(404);
    }
    expect((await app.inject({ url: '/lab/wire' })).statusCode).toBe(404);
  });

  it('allows the services beside it, and no others, when it is opened on its own port', async () => {
    const page = await app.inject({ url: '/', headers: { host: 'localhost:3606' } });
    expect(policyOf(page)).toMatchObject({
      'script-src': "'self' http://localhost:3602",
      'connect-src': [
        "'self' http://localhost:3602 http://localhost:3603 http://localhost:3604 http://localhost:3605",
        'ws://localhost:3601 wss://localhost:3601 ws://localhost:3602 wss://localhost:3602',
        'ws://localhost:3601 ws://127.0.0.1:3601',
      ].join(' '),
    });
  });

  it('is at home on an IPv6 address', async () => {
    const page = await app.inject({ url: '/', headers: { host: '[::1]:3606' } });
    expect(policyOf(page)).toMatchObject({ 'script-src': "'self' http://[::1]:3602" });
  });

  it.each(['*:3606', "'unsafe-inline'", 'a,b:3606'])('takes nothing into the policy from the Host %s', async (host) => {
    const page = await app.inject({ url: '/', headers: { host } });
    expect(policyOf(page)).toMatchObject({ 'script-src': "'self'", 'connect-src': "'self'" });
  });

  it.each(['a;script-src *:3606', 'http://evil.example', 'a b:3606'])('refuses the Host %s', async (host) => {
    expect(await app.inject({ url: '/', headers: { host } })).toMatchObject({ statusCode: 400 });
  });

  it('may not be framed, keeps no referrer and promises no TLS', async () => {
    const { headers } = await app.inject({ url: '/' });
    expect(headers).toMatchObject({
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cache-control': 'no-cache',
    });
    expect(headers).not.toHaveProperty('strict-transport-security');
  });

  it.each(['/lesson/same-origin.html', '/lesson/other-origin.html'])(
    'lets the page frame %s, with one script inside, by its hash',
    async (url) => {
      const { body, headers } = await app.inject({ url, headers: { host: '127.0.0.1:8080' } });
      const script = /<script>(.*)<\/script>/s.exec(body)?.[1] ?? '';
      const hash = createHash('sha256').update(script).digest('base64');
      expect(headers).toMatchObject({ 'x-frame-options': 'SAMEORIGIN' });
      expect(headers['content-security-policy']).toBe(
        [
          ...(url.includes('other') ? ['sandbox allow-scripts allow-forms'] : []),
          "default-src 'none'",
          `script-src 'sha256-${hash}'`,
          'connect-src http://127.0.0.1:8080 https://127.0.0.1:8080 ws://127.0.0.1:8080 wss://127.0.0.1:8080',
          'form-action http://127.0.0.1:8080 https://127.0.0.1:8080',
          "base-uri 'none'",
          "frame-ancestors 'self'",
        ].join('; '),
      );
    },
  );

  it.each([
    ['/lab/sse.html/', '/lab/sse.html'],
    ['/lab/sse.html/?channel=a/', '/lab/sse.html?channel=a/'],
    ['/demos/chat.html/?room=b', '/demos/chat.html?room=b'],
  ])('redirects %s to the page, whose links are relative', async (url, location) => {
    expect(await app.inject({ url })).toMatchObject({ statusCode: 301, headers: { location } });
  });

  it.each(['/lab.js', '/demos/chat.html', '/vendor/jquery.min.js'])(
    'answers a range of %s by the whole file',
    async (url) => {
      const { headers } = await app.inject({ url });
      for (const range of ['bytes=0-1', 'bytes=99999999-']) {
        const answer = await app.inject({ url, headers: { range } });
        expect(answer).toMatchObject({ statusCode: 200, headers: { 'content-length': headers['content-length'] } });
        expect(answer.headers).not.toHaveProperty('accept-ranges');
      }
    },
  );

  it.each([
    '/nothing',
    '/lab/single.html',
    '/../package.json',
    '/%2e%2e/web.plugin.ts',
    '/public/lab.js',
    '/vendor/../lab.js.map',
  ])('has no %s', async (url) => {
    const answer = await app.inject({ url });
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({ code: 'not_found' });
  });
});

/** The sources of each directive. */
function policyOf({ headers }: LightMyRequestResponse): Record<string, string> {
  const directives = String(headers['content-security-policy']).split(';');
  return Object.fromEntries(
    directives.map((each) => [
      each.split(' ', 1)[0] ?? '',
      each
        .slice(each.indexOf(' ') + 1)
        .trim()
        .replace(/ +/g, ' '),
    ]),
  );
}
