import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

import { ROOT } from './checkout.mjs';

/**
 * The programs the tests start, by Debian packages. `env` may name another copy of it; `loads` are the arguments with which
 * it shows that it finds its libraries. Those that come from Debian only its own interpreter sees, hence the whole path.
 */
const BINARIES = [
  { debian: ['redis-server'], names: ['redis-server'] },
  { debian: ['nginx'], names: ['nginx'] },
  { debian: ['apache2-bin'], names: ['apache2'] },
  { debian: ['haproxy'], names: ['haproxy'] },
  { debian: ['squid'], names: ['squid'] },
  { debian: ['varnish'], names: ['varnishd'] },
  { debian: ['lighttpd'], names: ['lighttpd'] },
  { debian: ['zsh'], names: ['zsh'] },
  { debian: ['fish'], names: ['fish'] },
  { debian: ['gcc', 'libc6-dev'], names: ['cc'] },
  { debian: ['openssl'], names: ['openssl'] },
  { debian: ['curl'], names: ['curl'] },
  { debian: ['kubernetes-client'], names: ['kubectl'] },
  { debian: ['chromium'], names: ['chromium', 'chromium-browser', 'google-chrome'], env: 'CHROMIUM_PATH' },
  { debian: ['firefox-esr'], names: ['firefox-esr'] },
  {
    debian: ['python3', 'python3-aiohttp', 'python3-requests', 'python3-socketio', 'python3-websockets'],
    names: ['/usr/bin/python3'],
    loads: ['-c', 'import aiohttp, requests, socketio, websockets'],
  },
  { debian: ['ruby', 'ruby-faye-websocket'], names: ['/usr/bin/ruby'], loads: ['-r', 'faye/websocket', '-e', '1'] },
  { debian: ['php-cli'], names: ['/usr/bin/php'] },
  { debian: ['perl', 'libmojolicious-perl'], names: ['/usr/bin/perl'], loads: ['-MMojo::UserAgent', '-e', '1'] },
];

export const DEBIAN_PACKAGES = BINARIES.flatMap(({ debian }) => debian);

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
  [process.env[env] ?? '', ...names.flatMap((name) => folders.map((folder) => resolve(folder, name)))].find(
    isExecutable,
  );
const isMissing = (binary) => {
  const path = pathOf(binary);
  return path === undefined || (binary.loads !== undefined && !succeeds(path, ...binary.loads));
};

/** The path of the program by its first name; throws with the command that installs it. */
export function findProgram(wanted) {
  const binary = BINARIES.find(({ names: [name] }) => name === wanted);
  const path = pathOf(binary);
  if (path !== undefined) return path;
  throw new Error(`${wanted} not found. Install it: sudo apt-get install -y ${binary.debian.join(' ')}`);
}

const succeeds = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** Installs what is missing if that needs no password; else prints the command that does. @returns whether all are there */
export function installBinaries() {
  if (!BINARIES.some(isMissing)) return true;
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  if (succeeds('apt-get', '--version') && (asRoot.length === 0 || succeeds(...asRoot, 'true'))) {
    const [command, ...args] = [...asRoot, join(ROOT, 'tools/apt-install.sh'), ...DEBIAN_PACKAGES];
    spawnSync(command, args, { stdio: ['ignore', 2, 2] });
  }
  const missing = BINARIES.filter(isMissing);
  if (missing.length === 0) return true;
  console.error(
    `The tests start ${missing.flatMap(({ debian }) => debian).join(', ')}, not found here. Install with:\n`,
  );
  console.error(`sudo apt-get install -y ${DEBIAN_PACKAGES.join(' ')}\n`);
  return false;
}
