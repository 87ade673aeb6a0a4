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
 * signal, or after `limitMs` (default: never): the servers and browsers of tests end with their run. stdin is closed.
 *
 * @param prefix what each line of output begins with, so that programs can run side by side; default: output passes as it is
 * @returns its exit code, `null` when it was killed
 */
export function runGroup(command, args, { env = process.env, limitMs, prefix } = {}) {
  return new Promise((resolve, reject) => {
    const output = prefix === undefined ? 'inherit' : 'pipe';
    const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', output, output], env, detached: true });
    const timer =
      limitMs &&
      setTimeout(() => {
        console.error(`\n${[command, ...args].join(' ')}: not done after ${limitMs / 60_000} minutes, ended.`);
        killGroup(child);
      }, limitMs);
    if (running.size === 0) for (const signal of STOP_SIGNALS) process.on(signal, killAll);
    running.add(child);
    for (const input of [child.stdout, child.stderr]) {
      if (input) createInterface({ input }).on('line', (line) => console.log(`${prefix}${line}`));
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
