/** Bundles a library as a plain `<script>`, whose one global `iife` in the manifest's `tetracast` names. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { build } from 'esbuild';

const ROOT = resolve(import.meta.dirname, '..');

export async function bundleScript(library, outfile) {
  const source = join(ROOT, 'libs', library);
  const { exports, tetracast } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
  await build({
    absWorkingDir: source,
    // What its entries export, in one object.
    stdin: {
      contents: tetracast.iifeEntries.map((entry) => `export * from '${exports[entry]}';`).join('\n'),
      resolveDir: source,
    },
    outfile,
    bundle: true,
    minify: true,
    format: 'iife',
    globalName: tetracast.iife,
    target: 'es2022',
    sourcemap: 'linked',
    sourcesContent: false,
  });
}
