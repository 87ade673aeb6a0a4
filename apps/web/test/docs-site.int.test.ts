import fastifyStatic from '@fastify/static';
import fastify, { type FastifyInstance } from 'fastify';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { docsSite } from '../src/docs-site';

const MARKDOWN = {
  'start.md': '# Start',
  'performance.md': '# P',
  'performance/soak.md': '# Soak',
  'zh/index.md': '# 首页',
};
const SITE = {
  ...MARKDOWN,
  'index.html': 'the home page',
  'start.html': 'start',
  'performance.html': 'performance',
  'performance/soak.html': 'soak',
  'zh/index.html': '首页',
  '404.html': 'no such page',
  'llms.txt': '# Tetracast',
  'hashmap.json': '{}',
  'assets/app.hash.js': 'export {}',
  'assets/chunks/@localSearchIndexroot.hash.js': 'export {}',
  'inline-hashes.json': '{"scripts":["sha256-one=","sha256-two="],"styles":[]}',
};

const opened: FastifyInstance[] = [];
const folders: string[] = [];

/** A server with the site of these files at `/docs`, as the web service has it. */
async function serve(files: Readonly<Record<string, string>>): Promise<FastifyInstance> {
  const folder = mkdtempSync(join(tmpdir(), 'docs-site-'));
  folders.push(folder);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  const app = fastify({ routerOptions: { ignoreTrailingSlash: true } });
  opened.push(app);
  app.addHook('onRequest', (_request, reply, done) => {
    void reply.header('cache-control', 'no-cache');
    done();
  });
  await app.register(fastifyStatic, { root: folder, serve: false, cacheControl: false });
  await app.register(docsSite(folder), { prefix: '/docs' });
  return app;
}

afterEach(async () => {
  for (const app of opened.splice(0)) await app.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

describe('the documentation site', () => {
  it.each([
    ['/docs/', 'the home page', 'text/html; charset=utf-8'],
    ['/docs/start', 'start', 'text/html; charset=utf-8'],
    ['/docs/start?x=/', 'start', 'text/html; charset=utf-8'],
    ['/docs/performance', 'performance', 'text/html; charset=utf-8'],
    ['/docs/performance/soak', 'soak', 'text/html; charset=utf-8'],
    ['/docs/zh/', '首页', 'text/html; charset=utf-8'],
    ['/docs/start.md', '# Start', 'text/markdown; charset=utf-8'],
    ['/docs/llms.txt', '# Tetracast', 'text/plain; charset=utf-8'],
    ['/docs/assets/chunks/@localSearchIndexroot.hash.js', 'export {}', 'application/javascript; charset=utf-8'],
  ])('serves %s', async (url, body, type) => {
    const app = await serve(SITE);
    const answer = await app.inject({ url });
    expect(answer).toMatchObject({ statusCode: 200, body });
    expect(answer.headers['content-type']).toBe(type);
  });

  it.each([
    ['/docs', '/docs/'],
    ['/docs?x=/', '/docs/?x=/'],
    ['/docs/zh', '/docs/zh/'],
    ['/docs/start/', '/docs/start'],
    ['/docs/performance/', '/docs/performance'],
    ['/docs/start/?x=1&y', '/docs/start?x=1&y'],
  ])('redirects %s to the path for which its relative links are written', async (url, location) => {
    const app = await serve(SITE);
    expect(await app.inject({ url })).toMatchObject({ statusCode: 301, headers: { location } });
  });

  it.each([
    '/docs/nothing',
    '/docs/start.html',
    '/docs/assets/nothing.js',
    '/docs/..%2fpackage.json',
    '/docs/zh/nothing',
  ])('answers %s by the site’s page for what is not there', async (url) => {
    const app = await serve(SITE);
    expect(await app.inject({ url })).toMatchObject({ statusCode: 404, body: 'no such page' });
  });

  it('lets a browser keep what is named by its content, and makes it ask for all else', async () => {
    const app = await serve(SITE);
    const cacheOf = async (url: string): Promise<unknown> => (await app.inject({ url })).headers['cache-control'];
    expect(await cacheOf('/docs/assets/app.hash.js')).toBe('public, max-age=31536000, immutable');
    expect(await cacheOf('/docs/start')).toBe('no-cache');
    expect(await cacheOf('/docs/start.md')).toBe('no-cache');
    expect(await cacheOf('/docs/nothing')).toBe('no-cache');
  });

  it('answers 304 where the page has not changed', async () => {
    const app = await serve(SITE);
    const { etag } = (await app.inject({ url: '/docs/start' })).headers;
    expect(await app.inject({ url: '/docs/start', headers: { 'if-none-match': etag } })).toMatchObject({
      statusCode: 304,
    });
  });

  it('allows the inline code of its build by hash, and no other', async () => {
    const app = await serve(SITE);
    for (const url of ['/docs/start', '/docs/nothing']) {
      const { headers } = await app.inject({ url });
      const policy = String(headers['content-security-policy']).split(';');
      expect(policy).toEqual(
        expect.arrayContaining([
          "default-src 'self'",
          "script-src 'self' 'sha256-one=' 'sha256-two='",
          "style-src 'self'",
        ]),
      );
      expect(policy.join()).not.toContain('unsafe');
    }
  });

  it('lists its Markdown where it is not built, and says how to build it', async () => {
    const app = await serve(MARKDOWN);
    for (const url of ['/docs', '/docs/', '/docs/start']) {
      const { statusCode, headers, body } = await app.inject({ url });
      expect([statusCode, headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
      expect(body).toContain('npx nx build docs');
      expect(body).toContain('<a href="/docs/performance/soak.md">');
    }
    expect(await app.inject({ url: '/docs/start.md' })).toMatchObject({ statusCode: 200, body: '# Start' });
  });
});
