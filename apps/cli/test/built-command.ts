import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** The command as the image has it. */
export const MAIN = resolve(__dirname, '../../../dist/apps/cli/main.cjs');

if (!existsSync(MAIN)) throw new Error(`${MAIN} is missing: run "npx nx build cli"`);

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** What runs, and what it has printed so far. */
interface Running {
  readonly out: string;
  readonly type: (keys: string) => void;
  /** To all processes that it has started. */
  readonly kill: (signal: NodeJS.Signals) => void;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** It has printed something on stdout. */
  readonly onOut?: ((running: Running) => void) | undefined;
}

/** Runs a program that starts the built command against the server at `url`; resolves once it has ended. */
export async function runToEnd(
  [command = '', ...args]: readonly string[],
  url: string,
  { env = {}, onOut }: RunOptions = {},
): Promise<Ended> {
  const child = spawn(command, args, {
    env: { PATH: process.env['PATH'], TETRACAST_URL: url, ...env },
    detached: true,
    stdio: 'pipe',
  });
  const running = {
    out: '',
    type: (keys: string) => void child.stdin.write(keys),
    kill: (signal: NodeJS.Signals) => void process.kill(-(child.pid ?? 0), signal),
  };
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    running.out += text;
    onOut?.(running);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out: running.out, err };
}
