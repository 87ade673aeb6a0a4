import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { ManagedProcess } from './managed-process';

const POLL_MS = 10;
const TIMEOUT_MS = 10_000;

/** SIGHUP; resolves when the master has workers it had not, rejects with what it logged when it kept the old conf. */
export async function reloadNginx(nginx: ManagedProcess, errorLog: () => Promise<string>): Promise<void> {
  const before = new Set(await workersOf(nginx.pid));
  const loggedBefore = (await errorLog()).length;
  nginx.signal('SIGHUP');
  const deadline = Date.now() + TIMEOUT_MS;
  while (Date.now() < deadline) {
    const workers = await workersOf(nginx.pid);
    if (workers.some((pid) => !before.has(pid))) return;
    const logged = (await errorLog()).slice(loggedBefore);
    if (logged.includes('[emerg]')) throw new Error(`nginx refused the conf:\n${logged.trim()}`);
    await delay(POLL_MS);
  }
  throw new Error(`nginx had no new workers ${TIMEOUT_MS} ms after SIGHUP:\n${await errorLog()}`);
}

async function workersOf(pid: number): Promise<string[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.split(' ').filter((child) => child !== '');
}
