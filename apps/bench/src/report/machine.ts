import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../places';

/** Where figures were taken: what they depend on, by name. */
export type Machine = Readonly<Record<string, string>>;

const PACKAGES = ['socket.io', '@socket.io/redis-adapter', 'ws', 'faye', 'fastify'];

export function describeMachine(now = new Date()): Machine {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  return {
    date: now.toISOString().slice(0, 10),
    Tetracast: `${version}, commit ${said('git', 'describe', '--always', '--dirty')}`,
    processor: `${cpus()[0]?.model ?? '?'}, ${cpus().length} cores`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    Linux: release(),
    'Node.js': process.version,
    Redis: /v=(\S+)/.exec(said('redis-server', '--version'))?.[1] ?? '?',
    nginx: said('sh', '-c', 'PATH=$PATH:/usr/sbin nginx -v 2>&1'),
    'Nchan, Pushpin': said('dpkg-query', '-W', '-f', '${Version} ', 'libnginx-mod-nchan', 'pushpin'),
    packages: PACKAGES.map((name) => `${name} ${versionOf(name)}`).join(', '),
  };
}

function said(command: string, ...args: string[]): string {
  try {
    return execFileSync(command, args, { encoding: 'utf8', cwd: ROOT }).trim();
  } catch {
    return '?';
  }
}

function versionOf(name: string): string {
  const require = createRequire(join(ROOT, 'apps/bench/package.json'));
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      return (JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')) as { version: string }).version;
    } catch {
      // Not in this one.
    }
  }
  return '?';
}
