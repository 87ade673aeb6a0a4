import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

import { ROOT } from './checkout.mjs';

/** The programs the tests start, by Debian packages. `env` may name another copy of it. */
const BINARIES = [
  { debian: ['redis-server'], names: ['redis-server'] },
  { debian: ['nginx'], names: ['nginx'] },
  { debian: ['apache2-bin'], names: ['apache2'] },
  { debian: ['haproxy'], names: ['haproxy'] },
  { debian: ['gcc', 'libc6-dev'], names: ['cc'] },
  { debian: ['openssl'], names: ['openssl'] },
  { debian: ['chromium'], names: ['chromium', 'chromium-browser', 'google-chrome'], env: 'CHROMIUM_PATH' },
];

// Debian puts servers where a plain user's PATH does not look.
const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const pathOf = ({ names, env }) =>
  [process.env[env] ?? '', ...names.flatMap((name) => folders.map((folder) => join(folder, name)))].find(isExecutable);
const isMissing = (binary) => pathOf(binary) === undefined;

/** The path of the program by its first name; throws with the line that installs it. */
export function findProgram(wanted) {
  const binary = BINARIES.find(({ names: [name] }) => name === wanted);
  const path = pathOf(binary);
  if (path !== undefined) return path;
  throw new Error(`${wanted} not found. Install it: sudo apt-get install -y ${binary.debian.join(' ')}`);
}

const succeeds = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** Installs what is missing where that needs no password; says which line does it elsewhere. @returns whether all are there */
export function installBinaries() {
  if (!BINARIES.some(isMissing)) return true;
  const packages = BINARIES.flatMap(({ debian }) => debian);
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  if (succeeds('apt-get', '--version') && (asRoot.length === 0 || succeeds(...asRoot, 'true'))) {
    const [command, ...args] = [...asRoot, join(ROOT, 'tools/apt-install.sh'), ...packages];
    spawnSync(command, args, { stdio: ['ignore', 2, 2] });
  }
  const missing = BINARIES.filter(isMissing);
  if (missing.length === 0) return true;
  console.error(
    `The tests start ${missing.flatMap(({ debian }) => debian).join(', ')}, not found here. Install with:\n`,
  );
  console.error(`sudo apt-get install -y ${packages.join(' ')}\n`);
  return false;
}
