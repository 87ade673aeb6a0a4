import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const readJson = (file) => JSON.parse(readFileSync(join(ROOT, file), 'utf8'));

/** Ends the process with one clear line on a Node.js older than package.json asks for. */
export function requireNode() {
  const wanted = readJson('package.json').engines.node.replace('>=', '');
  const [major, minor] = wanted.split('.').map(Number);
  const [haveMajor, haveMinor] = process.versions.node.split('.').map(Number);
  if (haveMajor > major || (haveMajor === major && haveMinor >= minor)) return;
  console.error(`Tetracast needs Node.js ${wanted} or newer; this is ${process.version}.`);
  process.exit(1);
}

/** Runs `npm ci` unless what is installed is what package-lock.json names. npm is silent meanwhile, so it says first how long. */
export function installDependencies() {
  if (isInstalled()) return;
  console.error('Installing the npm packages into node_modules. This takes one to five minutes, the first time only …');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) process.exit(status ?? 1);
}

function isInstalled() {
  const record = 'node_modules/.package-lock.json';
  if (!existsSync(join(ROOT, record))) return false;
  const installed = readJson(record).packages;
  return Object.entries(readJson('package-lock.json').packages).every(
    ([path, { version, optional }]) =>
      optional || !path.startsWith('node_modules/') || (path in installed && installed[path].version === version),
  );
}
