/**
 * Builds a library that is published: `node tools/build-library.mjs <library>…`. `dist/libs/<library>` is then the package as npm gets
 * it: ES modules, CommonJS, types and the manifest; `iife` in the manifest's `tetracast` names the global of a plain `<script>`.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { build } from 'tsdown';

import { bundleScript } from './bundle-script.mjs';

const ROOT = resolve(import.meta.dirname, '..');

const KEPT = [
  'name',
  'version',
  'description',
  'license',
  'dependencies',
  'peerDependencies',
  'peerDependenciesMeta',
  'engines',
];

async function buildLibrary(library) {
  const source = join(ROOT, 'libs', library);
  const folder = join(ROOT, 'dist/libs', library);
  const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
  const names = Object.entries(manifest.exports).map(([path, file]) => [path, file.replace(/^\.\/src\/|\.tsx?$/g, '')]);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await build({
    cwd: source,
    config: false,
    entry: Object.fromEntries(names.map(([, name]) => [name, manifest.exports[`./${name}`] ?? manifest.exports['.']])),
    outDir: folder,
    format: ['esm', 'cjs'],
    platform: 'neutral',
    target: 'es2022',
    tsconfig: 'tsconfig.lib.json',
    dts: true,
    // A project whose `lib` has no `AsyncDisposable` gets it from here.
    banner: { dts: '/// <reference lib="esnext.disposable" />' },
    sourcemap: true,
    clean: false,
    logLevel: 'error',
  });
  if (manifest.tetracast?.iife !== undefined) await bundleScript(library, join(folder, 'tetracast.js'));
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(published(manifest, names), null, 2)}\n`);
  cpSync(join(ROOT, 'LICENSE'), join(folder, 'LICENSE'));
  cpSync(join(source, 'README.md'), join(folder, 'README.md'));
  console.log(`dist/libs/${library}`);
}

/** The manifest that npm gets: what is for this workspace alone is left out. */
function published(manifest, names) {
  const exported = ([path, name]) => [
    path,
    {
      import: { types: `./${name}.d.ts`, default: `./${name}.js` },
      require: { types: `./${name}.d.cts`, default: `./${name}.cjs` },
    },
  ];
  return {
    ...Object.fromEntries(KEPT.filter((key) => key in manifest).map((key) => [key, manifest[key]])),
    type: 'module',
    sideEffects: false,
    main: './index.cjs',
    module: './index.js',
    types: './index.d.cts',
    exports: { ...Object.fromEntries(names.map(exported)), './package.json': './package.json' },
    files: ['*.js', '*.cjs', '*.ts', '*.cts', '*.map'],
  };
}

for (const library of process.argv.slice(2)) await buildLibrary(library);
