import { spawn } from 'node:child_process';
import { Socket } from 'node:net';

export interface ProcessGuard {
  /** The process has ended in good order: nothing is to be killed or removed. */
  release(): void;
}

const SCRIPT = 'read -r released || { kill -s KILL -- "-$0"; [ -z "$1" ] || rm -rf -- "$1"; } 2>/dev/null';

/**
 * Kills the process group `pid` and removes `dir` once this process is gone, however it went.
 *
 * A handler of `exit` would not do: Jest gives its tests a copy of `process` whose handlers never run, and SIGKILL runs
 * none at all. So a shell, in a separate process group, waits for the end of a pipe that only this process holds.
 */
export function guardProcess(pid: number, dir = ''): ProcessGuard {
  const shell = spawn('/bin/sh', ['-c', SCRIPT, String(pid), dir], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  shell.unref();
  shell.stdin.on('error', () => undefined);
  const pipe: object = shell.stdin;
  if (pipe instanceof Socket) pipe.unref();
  return { release: () => void shell.stdin.end('released\n') };
}
