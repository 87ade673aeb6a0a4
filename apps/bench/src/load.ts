import { execFile, spawnSync } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { BENCH, BUILT } from './places';

const run = promisify(execFile);

/** Options of the load generator, see load/load.h. */
export type LoadOptions = Readonly<Record<string, string | number>>;

/** What a run of the load generator found. Times in µs, sizes in bytes. */
export interface LoadFigures {
  readonly seconds: number;
  /** Processor time of the server's processes while it was measured. */
  readonly cpuUs: number;
  readonly delivered: number;
  readonly published: number;
  readonly acked: number;
  readonly polls: number;
  readonly refused: number;
  readonly broken: number;
  readonly missing: number;
  readonly repeated: number;
  readonly disordered: number;
  readonly rssBefore: number;
  readonly rssAfter: number;
  readonly deliveryP50Us: number;
  readonly deliveryP99Us: number;
  readonly ackP50Us: number;
  readonly ackP99Us: number;
  /** Processor time of the load generator itself. */
  readonly loadCpuUs: number;
  /** The server's processes one by one, as they were named. */
  readonly processes: readonly ProcessFigures[];
}

export interface ProcessFigures {
  readonly cpuUs: number;
  /** How long its main thread was ready to run and had no core. */
  readonly waitedUs: number;
  /** Subscribers' connections that it has. */
  readonly connections: number;
}

/** Servers run on the first core, the load on the last. */
const SERVER_CORE = 0;
export const LOAD_CORE = availableParallelism() - 1;

const COMPILER_FLAGS = ['-O2', '-Wall', '-Wextra', '-Werror'];

/** Compiles the C sources of a folder of this project; returns the program. */
export async function compile(folder: string): Promise<string> {
  const program = join(BUILT, folder);
  const sources = (await readdir(join(BENCH, folder))).filter((name) => name.endsWith('.c'));
  await mkdir(dirname(program), { recursive: true });
  try {
    await run('cc', [...COMPILER_FLAGS, '-o', program, ...sources], { cwd: join(BENCH, folder) });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error('cc not found. Install it: sudo apt-get install -y gcc libc6-dev', { cause: error });
  }
  return program;
}

/** Runs the load generator on its core. @throws with what it printed when it could not do its work */
export async function runLoad(...options: readonly LoadOptions[]): Promise<LoadFigures> {
  const merged = Object.entries(Object.assign({}, ...options) as LoadOptions);
  const load = await (program ??= compile('load'));
  const args = merged.map(([name, value]) => `${name}=${value}`);
  try {
    const { stdout } = await run('taskset', ['-c', String(LOAD_CORE), load, ...args]);
    return JSON.parse(stdout) as LoadFigures;
  } catch (error) {
    throw new Error(`${(error as { stderr?: string }).stderr?.trim() ?? ''} (${args.join(' ')})`, { cause: error });
  }
}

let program: Promise<string> | undefined;

/** Binds all threads of a process to a core; default: the servers'. */
export async function pin(pid: number, core: number = SERVER_CORE): Promise<void> {
  await run('taskset', ['-acp', String(core), String(pid)]);
}

/** The processes that a process has started and that still run. */
export function childrenOf(pid: number): number[] {
  const { stdout } = spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' });
  return stdout.split('\n').filter(Boolean).map(Number);
}
