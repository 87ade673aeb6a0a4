import type { FastifyInstance } from 'fastify';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { framePolicy } from './content-policy';

const FORM =
  '<form method="post"><input type="hidden" name="channel"><input type="hidden" name="data" value="?"></form>';

/** The two frames that show the same-origin rule, by path: the second has no origin, wherever it is opened. */
const FRAMES = {
  '/lesson/same-origin.html': { sandbox: '', body: '' },
  '/lesson/other-origin.html': { sandbox: 'sandbox allow-scripts allow-forms', body: FORM },
};

/**
 * Serves both with their script inside, allowed by its hash: a page without an origin may not load even a script from a service that
 * refuses other origins.
 */
export function serveOriginFrames(app: FastifyInstance, publicFolder: string): void {
  const script = readFileSync(join(publicFolder, 'lesson/attempts.js'), 'utf8');
  const scriptHash = `'sha256-${createHash('sha256').update(script).digest('base64')}'`;
  for (const [path, { sandbox, body }] of Object.entries(FRAMES)) {
    const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tetracast</title>
<meta name="color-scheme" content="light dark"></head><body>${body}<script>${script}</script></body></html>`;
    app.get(path, (request, reply) =>
      reply
        .headers({
          'content-security-policy': framePolicy(request.headers, scriptHash, sandbox),
          'x-frame-options': 'SAMEORIGIN',
        })
        .type('text/html; charset=utf-8')
        .send(page),
    );
  }
}
