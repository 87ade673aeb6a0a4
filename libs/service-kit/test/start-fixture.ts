import { createTempDir, removeDir } from '@tetracast/testing';
import { build } from 'esbuild';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** The bundled fixture, to be run any number of times. */
export interface Fixture extends AsyncDisposable {
  readonly file: string;
}

/** Bundles `fixture-service.ts` the way the services are. */
export async function bundleFixture(): Promise<Fixture> {
  const dir = await createTempDir('service-kit');
  const file = join(dir, 'main.cjs');
  await build({
    entryPoints: [join(__dirname, 'fixture-service.ts')],
    outfile: file,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    loader: { '.lua': 'text' },
    logLevel: 'error',
  });
  return { file, [Symbol.asyncDispose]: () => removeDir(dir) };
}

export interface FixtureRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs it to its end, as a service that cannot start comes to. */
export async function runToEnd(
  file: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<FixtureRun> {
  const child: ChildProcess = spawn(process.execPath, [file, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (output.stdout += chunk));
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (output.stderr += chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...output };
}
