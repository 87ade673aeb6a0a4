import { createService, parseSettings } from '@tetracast/service-kit';
import type { FastifyInstance } from 'fastify';
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
    ['/lab.css', 'text/css'],
    ['/lab.js', 'application/javascript'],
    ['/sse.js', 'application/javascript'],
    ['/favicon.svg', 'image/svg+xml'],
    ['/vendor/jquery.min.js', 'application/javascript'],
  ])('serves %s', async (url, type) => {
    const answer = await app.inject({ url });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toContain(type);
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
  });

  it('names no other origin in the page or its policy', async () => {
    const page = await app.inject({ url: '/', headers: { host: '127.0.0.1:8080' } });
    expect(page.body).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    expect(page.headers['content-security-policy']).toMatch(/^default-src 'self'; script-src 'self'; /);
    expect(page.headers['content-security-policy']).not.toContain('http:');
  });

  it('allows the services beside it when it is opened on its own port', async () => {
    const page = await app.inject({ url: '/', headers: { host: 'localhost:3606' } });
    expect(page.headers['content-security-policy']).toContain("script-src 'self' http://localhost:3602;");
    expect(page.headers['content-security-policy']).toContain('http://localhost:3602 http://localhost:3603');
  });

  it('takes nothing into the policy from a forged Host', async () => {
    const page = await app.inject({ url: '/', headers: { host: 'a;script-src *:3606' } });
    expect(page.headers['content-security-policy']).not.toContain('*');
  });

  it.each(['/nothing', '/../package.json', '/%2e%2e/web.plugin.ts', '/public/lab.js', '/vendor/../lab.js.map'])(
    'has no %s',
    async (url) => {
      const answer = await app.inject({ url });
      expect(answer.statusCode).toBe(404);
      expect(answer.json()).toMatchObject({ code: 'not_found' });
    },
  );
});
