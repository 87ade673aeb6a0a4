import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { createTempDir, removeDir } from './servers';

const ROOT = resolve(__dirname, '../../..');

/** Packages as npm gets them, in an empty project. */
export interface PublishedPackages extends AsyncDisposable {
  /** The project. */
  readonly folder: string;
  /** The files that npm gets, in the order of the libraries. */
  readonly tarballs: readonly string[];
  /** Runs Node.js in the project. @returns what it prints */
  node(...args: readonly string[]): Promise<string>;
  /** Runs a program of this workspace, such as `publint/src/cli.js`, in the project. @returns what it prints */
  tool(path: string, ...args: readonly string[]): Promise<string>;
}

/** Where the build of a library is. @throws Error if it is missing */
export function builtLibrary(library: string): string {
  const built = join(ROOT, 'dist/libs', library);
  if (existsSync(join(built, 'package.json'))) return built;
  throw new Error(`dist/libs/${library} is missing: run "npx nx build ${library}"`);
}

async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(command, args, { cwd }).catch((error: unknown) => {
    const { stdout: out, stderr: err } = error as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(' ')}:\n${out}${err}`);
  });
  return stdout + stderr;
}

/** Packs built libraries, and installs them in an empty project. */
export async function installPublished(...libraries: readonly string[]): Promise<PublishedPackages> {
  const dir = await createTempDir('package');
  const packed = await run('npm', ['pack', '--json', ...libraries.map(builtLibrary)], dir);
  const tarballs = (JSON.parse(packed) as readonly { filename: string }[]).map(({ filename }) => join(dir, filename));
  const folder = join(dir, 'project');
  await mkdir(folder);
  await writeFile(join(folder, 'package.json'), '{"name":"empty","private":true}');
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', ...tarballs], folder);
  const node = (...args: readonly string[]): Promise<string> => run(process.execPath, args, folder);
  return {
    folder,
    tarballs,
    node,
    tool: (path, ...args) => node(join(ROOT, 'node_modules', path), ...args),
    [Symbol.asyncDispose]: () => removeDir(dir),
  };
}
