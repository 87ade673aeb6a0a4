import { freePort } from '../free-port';
import { type ExitStatus, type ManagedProcess, spawnProcess } from './managed-process';
import { answers, becomeReady } from './ready-probe';

export interface ServiceOptions {
  /** The script that Node runs, such as `dist/apps/sse/main.cjs`. */
  readonly file: string;
  /** Arguments before the script, such as `['--expose-gc']`. */
  readonly nodeArgs?: readonly string[];
  readonly args?: readonly string[];
  /** Added to `PATH`, `HOME`, `HOST=127.0.0.1`, `PORT` and `PLAIN_PORT=off`; nothing else of this process's environment is handed on. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default: a free one. */
  readonly port?: number;
  readonly cwd?: string;
  /** Answers 200 when the service is ready. Default `/readyz`. */
  readonly readyPath?: string;
}

/** A built service in a separate process. */
export interface ServiceProcess extends AsyncDisposable {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly exited: Promise<ExitStatus>;
  /** The last of what it wrote, as far as it has come in: that may be later than an answer it gave after it. */
  output(): string;
  /** Resolves once a match is in the output; rejects when the service has ended without one, or says nothing for long. */
  waitForOutput(pattern: RegExp): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM; SIGKILL after `graceMs` (30000). Resolves when it has ended. */
  stop(graceMs?: number): Promise<ExitStatus>;
  /** SIGKILL. Resolves when it has ended. */
  kill(): Promise<ExitStatus>;
}

/** Starts a built service; resolves when it is ready, rejects with its output when it ends before or hangs. */
export async function startProcess(options: ServiceOptions): Promise<ServiceProcess> {
  const port = options.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const service = await spawnProcess({
    command: process.execPath,
    args: [...(options.nodeArgs ?? []), options.file, ...(options.args ?? [])],
    env: serviceEnvironment(port, options.env),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  await becomeReady(named(service, options.file), answers(url + (options.readyPath ?? '/readyz')));
  return {
    url,
    port,
    pid: service.pid,
    exited: service.exited,
    output: () => service.output(),
    waitForOutput: (pattern) => service.waitForOutput(pattern),
    signal: (signal) => service.signal(signal),
    stop: (graceMs) => service.stop(graceMs),
    kill: () => service.kill(),
    [Symbol.asyncDispose]: async () => {
      await service.stop();
    },
  };
}

// A setting in the environment of a test run must not change what it tests.
function serviceEnvironment(port: number, env: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env;
  return { PATH, HOME, HOST: '127.0.0.1', PORT: String(port), PLAIN_PORT: 'off', ...env };
}

function named(service: ManagedProcess, command: string): ManagedProcess {
  return { ...service, command };
}
