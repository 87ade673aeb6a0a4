import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';

import { ROOT } from './checkout.mjs';
import { STOP_SIGNALS } from './npm-parent.mjs';

const running = new Set();

const killAll = (signal) => {
  for (const child of running) killGroup(child);
  process.exit(128 + constants.signals[signal]);
};

const killGroup = ({ pid }) => process.kill(-pid, 'SIGKILL');

/**
 * Runs a program of the workspace in a separate process group. The whole group is killed when this process gets a stop
 * signal, or when it has printed nothing for `silenceLimitMs` (default: never): the servers and browsers of tests end with
 * their run. stdin is closed.
 *
 * @param prefix what each line of output begins with, so that programs can run side by side; default: output passes as it is
 * @returns its exit code, `null` when it was killed
 */
export function runGroup(command, args, { env = process.env, silenceLimitMs, prefix } = {}) {
  return new Promise((resolve, reject) => {
    const isWatched = prefix !== undefined || silenceLimitMs !== undefined;
    const output = isWatched ? 'pipe' : 'inherit';
    const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', output, output], env, detached: true });
    const timer =
      silenceLimitMs &&
      setTimeout(() => {
        const program = [command, ...args].join(' ');
        console.error(`\n${program}: printed nothing for ${silenceLimitMs / 60_000} minutes, ended.`);
        killGroup(child);
      }, silenceLimitMs);
    if (running.size === 0) for (const signal of STOP_SIGNALS) process.on(signal, killAll);
    running.add(child);
    for (const input of [child.stdout, child.stderr]) {
      if (!input) continue;
      createInterface({ input }).on('line', (line) => {
        timer?.refresh();
        console.log(`${prefix ?? ''}${line}`);
      });
    }
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      running.delete(child);
      if (running.size === 0) for (const signal of STOP_SIGNALS) process.off(signal, killAll);
      resolve(code);
    });
  });
}
