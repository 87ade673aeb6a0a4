import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { IDLE_LIMIT_MS, Progress } from '../../progress/index';
import { guardProcess } from './process-guard';

export interface ProcessOptions {
  /** Name or path of the program. */
  readonly command: string;
  readonly args?: readonly string[];
  /** The whole environment of the program; default: that of this process. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Removed should this process die before the program is stopped. */
  readonly dir?: string;
  /** The command that installs the program, for the error if it is missing. */
  readonly install?: string;
  /** Open files that take its output instead; `output()` is empty then. */
  readonly stdout?: number;
  readonly stderr?: number;
  /** Receives its standard output in chunks, as it arrives. */
  readonly onStdout?: (text: string) => void;
}

export interface ExitStatus {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running program that does not outlive this process, even one ended by SIGKILL. */
export interface ManagedProcess {
  readonly command: string;
  readonly pid: number;
  /** Resolves when the program has ended. */
  readonly exited: Promise<ExitStatus>;
  /** The last 64 Ki characters of its standard output and error. */
  output(): string;
  /** Resolves once a match is in the output; rejects when the program has ended without one, or says nothing for long. */
  waitForOutput(pattern: RegExp): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** Sends `signal` and resolves when the program has ended. Default SIGKILL. */
  kill(signal?: NodeJS.Signals): Promise<ExitStatus>;
  /** SIGTERM, and SIGKILL after `graceMs` (30000); resolves when the program has ended. */
  stop(graceMs?: number): Promise<ExitStatus>;
}

const OUTPUT_MAX = 65_536;

/** Starts a program; rejects with the command that installs it if it is missing. */
export async function spawnProcess(options: ProcessOptions): Promise<ManagedProcess> {
  const { command, args = [], env = process.env, cwd, dir } = options;
  // A separate group: Ctrl-C reaches it only through the test process, and its children are killed with it.
  const child = spawn(command, args, {
    detached: true,
    stdio: ['ignore', options.stdout ?? 'pipe', options.stderr ?? 'pipe'],
    env,
    ...(cwd === undefined ? {} : { cwd }),
  });
  const { ended, ...output } = collectOutput(child.stdout, child.stderr);
  if (options.onStdout !== undefined) child.stdout?.on('data', options.onStdout);
  const exited = new Promise<ExitStatus>((resolve) => {
    child.once('close', (code, signal) => {
      resolve({ code, signal });
      // Later: a wait for the exit itself knows more of what it means.
      setImmediate(ended, `${command} ended (${signal ?? `exit code ${code}`})`);
    });
  });
  const pid = await new Promise<number>((resolve, reject) => {
    child.once('spawn', () => resolve(child.pid ?? 0));
    child.once('error', (error: NodeJS.ErrnoException) => reject(explainSpawnError(error, options)));
  });
  // A test that did not stop it must not keep the run from ending: the guard kills it then.
  child.unref();
  for (const pipe of [child.stdout, child.stderr]) if (pipe instanceof Socket) pipe.unref();
  const guard = guardProcess(pid, dir);
  void exited.then(() => guard.release());
  const signal = (name: NodeJS.Signals): void => void child.kill(name);
  return {
    command,
    pid,
    exited,
    ...output,
    signal,
    kill: (name = 'SIGKILL') => {
      child.ref();
      signal(name);
      return exited;
    },
    stop: async (graceMs = IDLE_LIMIT_MS) => {
      signal('SIGTERM');
      signal('SIGCONT'); // a process that a test stopped by SIGSTOP would not get the signal
      const timer = setTimeout(() => signal('SIGKILL'), graceMs);
      const status = await exited;
      clearTimeout(timer);
      return status;
    },
  };
}

interface Output extends Pick<ManagedProcess, 'output' | 'waitForOutput'> {
  /** No more of it will come. */
  readonly ended: (why: string) => void;
}

function collectOutput(...streams: readonly (Readable | null)[]): Output {
  let text = '';
  const progress = new Progress();
  for (const stream of streams) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).slice(-OUTPUT_MAX);
      progress.moved();
    });
  }
  return {
    output: () => text,
    waitForOutput: (pattern) =>
      progress.until(
        () => pattern.test(text),
        () => `${String(pattern)} is not in the output:\n${text.trim()}`,
      ),
    ended: (why) => progress.fail(new Error(`${why}. Its output:\n${text.trim()}`)),
  };
}

function explainSpawnError(error: NodeJS.ErrnoException, { command, install }: ProcessOptions): Error {
  if (error.code !== 'ENOENT') return error;
  const hint = install === undefined ? '' : ` Install it: ${install}`;
  return new Error(`${command} not found.${hint}`, { cause: error });
}
