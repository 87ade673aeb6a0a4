import { spawn } from 'node:child_process';
import { constants } from 'node:os';

import { ROOT } from './checkout.mjs';
import { STOP_SIGNALS } from './npm-parent.mjs';

/**
 * Runs a program of the workspace in a separate process group, all of which is killed when this process has to
 * stop, or after `limitMs` (default: never): the servers and browsers of tests end with their run. stdin is closed.
 *
 * @returns its exit code, `null` when it was killed
 */
export function runGroup(command, args, { env = process.env, limitMs } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'], env, detached: true });
    const kill = () => process.kill(-child.pid, 'SIGKILL');
    const interrupt = (signal) => {
      kill();
      process.exit(128 + constants.signals[signal]);
    };
    const timer =
      limitMs &&
      setTimeout(() => {
        console.error(`\n${[command, ...args].join(' ')}: not done after ${limitMs / 60_000} minutes, ended.`);
        kill();
      }, limitMs);
    for (const signal of STOP_SIGNALS) process.once(signal, interrupt);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      for (const signal of STOP_SIGNALS) process.off(signal, interrupt);
      resolve(code);
    });
  });
}
