import { readFileSync } from 'node:fs';

/** Of the kernel, for the times in /proc. */
const US_PER_TICK = 10_000;

/** Processor time of these processes so far. */
export function cpuUs(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + ticksOf(pid) * US_PER_TICK, 0);
}

function ticksOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The name of the program, in brackets, may have spaces; user and system time are the 12th and 13th after it.
  const fields = stat.replace(/^.*\) /s, '').split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
