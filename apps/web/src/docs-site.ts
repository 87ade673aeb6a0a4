import type { FastifyPluginAsync } from 'fastify';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { redirectToPath } from './redirect-to-path';

/** Written last by the build of the docs project, so it is absent where there is only the Markdown. */
const HASHES = 'inline-hashes.json';

/** Of files that have a hash of their content in their name. */
const FOREVER = 'public, max-age=31536000, immutable';

/** Of the site's inline code: `sha256-…`. */
interface InlineHashes {
  readonly scripts: readonly string[];
  readonly styles: readonly string[];
}

/**
 * The documentation site under a separate content security policy. Register it with the prefix that the site was built for. A page is
 * served without `.html`. Where the site is not built there is only the Markdown, and a plain page that lists it.
 */
export function docsSite(site: string): FastifyPluginAsync {
  const files = existsSync(site) ? readdirSync(site, { recursive: true, encoding: 'utf8' }).sort() : [];
  const isBuilt = files.includes(HASHES);
  const policy = contentPolicy(isBuilt ? readHashes(site) : { scripts: [], styles: [] });

  return async (app) => {
    app.addHook('onRequest', (_request, reply, done) => {
      void reply.header('content-security-policy', policy);
      done();
    });
    for (const file of files.filter((name) => name.includes('.'))) {
      const path = pathOfFile(file);
      app.get(path, (request, reply) => {
        if (redirectToPath(request, reply, app.prefix + path)) return reply;
        if (file.startsWith('assets/')) void reply.header('cache-control', FOREVER);
        return reply.sendFile(file, site);
      });
    }
    app.setNotFoundHandler((_request, reply) => {
      void reply.code(404);
      return isBuilt
        ? reply.sendFile('404.html', site)
        : reply.type('text/html; charset=utf-8').send(listOf(files, app.prefix));
    });
  };
}

const pathOfFile = (file: string): string => `/${file.replace(/\.html$/, '').replace(/(^|\/)index$/, '$1')}`;

const readHashes = (site: string): InlineHashes => JSON.parse(readFileSync(join(site, HASHES), 'utf8')) as InlineHashes;

/** CSP 3: the site's own files, and the inline code that was there when it was built. Its icons are `data:` images in its style sheet. */
function contentPolicy({ scripts, styles }: InlineHashes): string {
  const own = (hashes: readonly string[]): string => ["'self'", ...hashes.map((hash) => `'${hash}'`)].join(' ');
  return [
    "default-src 'self'",
    `script-src ${own(scripts)}`,
    `style-src ${own(styles)}`,
    "img-src 'self' data:",
    "object-src 'none'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join(';');
}

function listOf(files: readonly string[], prefix: string): string {
  const pages = files.filter((file) => file.endsWith('.md'));
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Tetracast documentation</title>
    <meta name="color-scheme" content="light dark" />
  </head>
  <body>
    <main>
      <h1>The documentation is not built</h1>
      <p>Run <code>npx nx build docs</code>, then start the server again. These are its pages as Markdown:</p>
      <ul>
${pages.map((file) => `        <li><a href="${prefix}/${file}">${file}</a></li>`).join('\n')}
      </ul>
    </main>
  </body>
</html>
`;
}
