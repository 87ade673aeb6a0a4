import fastifyStatic from '@fastify/static';
import type { FastifyPluginAsync } from 'fastify';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createAsyncApi } from './asyncapi';

/** CSP 3: files of this server alone, and the icons in the style sheet. */
const CONTENT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join(';');

/**
 * `/api/openapi.json`, `/api/asyncapi.json` and a page that shows the first, at `/api/docs`. They need no key: they are the same for
 * every server. The files of the page are beside the bundle, or where npm put them.
 */
export function documents(version: string): FastifyPluginAsync {
  return async (app) => {
    const hide = { schema: { hide: true } };
    app.get('/api/openapi.json', hide, () => app.swagger());
    const asyncApi = createAsyncApi(version);
    app.get('/api/asyncapi.json', hide, () => asyncApi);

    await app.register(fastifyStatic, { root: __dirname, serve: false });
    const bundled = join(__dirname, 'api-docs');
    const own = existsSync(bundled) ? bundled : join(__dirname, 'page');
    const vendor = existsSync(bundled)
      ? bundled
      : join(dirname(require.resolve('@fastify/swagger-ui/package.json')), 'static');
    const files = {
      '': [own, 'index.html'],
      '/start.js': [own, 'start.js'],
      '/swagger-ui-bundle.js': [vendor, 'swagger-ui-bundle.js'],
      '/swagger-ui.css': [vendor, 'swagger-ui.css'],
    } as const;
    for (const [path, [folder, file]] of Object.entries(files)) {
      app.get(`/api/docs${path}`, hide, (_request, reply) =>
        reply
          .headers({ 'content-security-policy': CONTENT_POLICY, 'cache-control': 'no-cache' })
          .sendFile(file, folder),
      );
    }
  };
}
