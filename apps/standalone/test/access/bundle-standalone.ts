import { createTempDir, removeDir } from '@tetracast/testing';
import { build } from 'esbuild';
import { symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../../../..');

/** Bundles the service the way it is built, to be run as a process of its own. */
export async function bundleStandalone(): Promise<AsyncDisposable & { readonly file: string }> {
  const dir = await createTempDir('standalone');
  const file = join(dir, 'main.cjs');
  await build({
    absWorkingDir: ROOT,
    entryPoints: [resolve(__dirname, '../../src/main.ts')],
    outfile: file,
    tsconfig: join(ROOT, 'tsconfig.base.json'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    loader: { '.lua': 'text' },
    external: ['jquery', 'socket.io/package.json'],
    logLevel: 'error',
  });
  // Where it looks for the browser files of these two.
  await symlink(join(ROOT, 'node_modules'), join(dir, 'node_modules'));
  return { file, [Symbol.asyncDispose]: () => removeDir(dir) };
}
