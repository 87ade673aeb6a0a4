import { readFile } from 'node:fs/promises';
import { pollUntil } from '../../progress/index';
import type { ManagedProcess } from '../processes/managed-process';

/**
 * SIGHUP; resolves when new workers run and the old ones take no more connections (those they have they may keep),
 * rejects with what nginx logged when it kept the old conf.
 */
export async function reloadNginx(nginx: ManagedProcess, errorLog: () => Promise<string>): Promise<void> {
  const before = await workersOf(nginx.pid);
  const loggedBefore = (await errorLog()).length;
  nginx.signal('SIGHUP');
  const look = async (): Promise<{ workers: string[]; serving: boolean[]; logged: string }> => {
    const workers = await workersOf(nginx.pid);
    const serving = await Promise.all(before.map(isServing));
    const logged = (await errorLog()).slice(loggedBefore);
    if (logged.includes('[emerg]')) throw new Error(`nginx refused the conf:\n${logged.trim()}`);
    return { workers, serving, logged };
  };
  await pollUntil(
    look,
    ({ workers, serving }) => workers.some((pid) => !before.includes(pid)) && !serving.includes(true),
  );
}

async function workersOf(pid: number): Promise<string[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.split(' ').filter((child) => child !== '');
}

// A worker that has to end says so in its title, then closes its listening sockets; one that has ended has none.
async function isServing(pid: string): Promise<boolean> {
  const title = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return title.includes('worker process') && !title.includes('shutting down');
}
