/** `npm start`: from a fresh clone to a running standalone, in this very process, so that signals and exit code are its own. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { installDependencies, requireNode, ROOT } from './checkout.mjs';
import { endWithNpm } from './npm-parent.mjs';

requireNode();
readEnvFile();
process.env.NAMESPACES_FILE ??= join(ROOT, 'namespaces.yaml');
installDependencies();
console.log('Building the server …');
execFileSync(process.execPath, [join(ROOT, 'tools/bundle.mjs'), 'standalone'], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
// On a terminal a person reads where the server is: the log, which is JSON, has warnings only.
if (process.stdout.isTTY) process.env.LOG_LEVEL ??= 'warn';
endWithNpm();
allowLabPage();
process.setSourceMapsEnabled(true);
// The faults of the lab page and the demo model, which are for the machine of a developer alone: apps/standalone/README.md.
process.argv.push('--faults');
await import(pathToFileURL(join(ROOT, 'dist/apps/standalone/main.cjs')).href);

/** Settings in `.env`, as for `docker compose`; those of the environment come first. */
function readEnvFile() {
  const file = join(ROOT, '.env');
  if (!existsSync(file)) return;
  process.loadEnvFile(file);
  console.log('Read settings from .env');
}

/**
 * The lab page may use PLAIN_PORT as well, beside what ALLOWED_ORIGINS allows: its origin is another there, and on loopback it is of
 * this server alone.
 */
function allowLabPage() {
  const { HOST, PORT = '8080', ALLOWED_ORIGINS } = process.env;
  if (HOST !== undefined || !/^[1-9]\d{0,4}$/.test(PORT)) return;
  const ofLab = [`http://localhost:${PORT}`, `http://127.0.0.1:${PORT}`];
  process.env.ALLOWED_ORIGINS = [ALLOWED_ORIGINS, ...ofLab].filter(Boolean).join();
}
