import { readdirSync, readFileSync } from 'node:fs';

/** Sends a signal to a process and to all that it has started, directly or not: a browser has many. */
export function signalTree(pid: number, signal: NodeJS.Signals): void {
  const all = processes();
  const tree = [pid];
  // It grows while it is read.
  for (const one of tree) tree.push(...all.filter(({ parent }) => parent === one).map((child) => child.pid));
  for (const each of tree) {
    try {
      process.kill(each, signal);
    } catch {
      // It has ended meanwhile.
    }
  }
}

/** All of this machine (proc(5)): the parent is the second field after the name, which is in parentheses. */
function processes(): { readonly pid: number; readonly parent: number }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        return [{ pid: Number(name), parent: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) }];
      } catch {
        return [];
      }
    });
}
