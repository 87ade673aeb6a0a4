/**
 * `npm run certificate -- [<folder> [<host>]]`: writes tls.crt and tls.key into the folder (tls), a certificate for the host (localhost) that
 * is signed by itself and valid for 90 days. The profile `tls` of docker-compose.yml uses it. A gateway that runs takes the new one by itself.
 */
import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';

import { findProgram } from './binaries.mjs';
import { requireNode } from './checkout.mjs';

/** Of nginx in the image. */
const NGINX_USER = 101;

requireNode();
const [folder = 'tls', host = 'localhost'] = process.argv.slice(2);
const names = ['tls.crt', 'tls.key'];
// Only then in place of the old ones: a gateway may read them at any moment.
const [crt, key] = names.map((name) => join(folder, `new-${name}`));
mkdirSync(folder, { recursive: true });
execFileSync(
  findProgram('openssl'),
  [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '90'],
    ...['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host},IP:127.0.0.1`, '-out', crt, '-keyout', key],
  ],
  { stdio: ['ignore', 'ignore', 'pipe'] },
);
const isRoot = process.getuid?.() === 0;
for (const name of names) {
  const file = join(folder, `new-${name}`);
  if (isRoot) chownSync(file, NGINX_USER, NGINX_USER);
  renameSync(file, join(folder, name));
}
console.log(`${names.map((name) => join(folder, name)).join(' and ')}: a certificate for ${host}, for 90 days`);
// The key is readable by its owner alone.
const user = isRoot ? '' : 'TLS_USER=$(id -u):$(id -g) ';
console.log(`Start: ${user}docker compose --profile tls up -d --build --wait`);
