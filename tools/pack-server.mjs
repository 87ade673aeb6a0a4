/**
 * Builds `@tetracast/server` in `dist/libs/server`, for `npm pack`: one file of code for `import` and one for `require`, and one file of
 * types for each, so that nothing else of the workspace is needed.
 */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { build } from 'esbuild';
import ts from 'typescript';

const ROOT = resolve(import.meta.dirname, '..');
const SOURCE = join(ROOT, 'libs/server');
const ENTRY = join(SOURCE, 'src/index.ts');
const TARGET = process.argv[2] ?? join(ROOT, 'dist/libs/server');

/** The declarations of all files as one: none of them has a name of another. */
function declarations() {
  const { options } = ts.parseJsonConfigFileContent(
    { ...ts.readConfigFile(join(SOURCE, 'tsconfig.lib.json'), ts.sys.readFile).config, references: [] },
    ts.sys,
    SOURCE,
  );
  const program = ts.createProgram([ENTRY], {
    ...options,
    declaration: true,
    declarationMap: false,
    emitDeclarationOnly: true,
    composite: false,
    incremental: false,
    outDir: undefined,
  });
  const checker = program.getTypeChecker();
  const index = checker.getSymbolAtLocation(program.getSourceFile(ENTRY));
  const exported = new Set(checker.getExportsOfModule(index).map(({ name }) => name));
  const texts = [];
  program.emit(undefined, (file, text) => {
    if (file.endsWith('.d.ts')) texts.push(text);
  });
  const text = texts.join('\n').replace(/^(?:import|export) .*from '\.\/[^']*';\n|^export \{\};\n/gm, '');
  const isPrivate = (name) => !exported.has(name);
  return `${text.replace(/^export (declare (?:const|class|function)|interface|type) (\w+)/gm, (whole, kind, name) =>
    isPrivate(name) ? `${kind} ${name}` : whole,
  )}\nexport {};\n`;
}

rmSync(TARGET, { recursive: true, force: true });
mkdirSync(TARGET, { recursive: true });
for (const [format, extension] of [
  ['cjs', 'cjs'],
  ['esm', 'mjs'],
]) {
  await build({
    entryPoints: [ENTRY],
    outfile: join(TARGET, `index.${extension}`),
    tsconfig: join(ROOT, 'tsconfig.base.json'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format,
    logLevel: 'warning',
  });
}
const types = declarations();
for (const extension of ['cts', 'mts']) writeFileSync(join(TARGET, `index.d.${extension}`), types);

const { name, version, description, license } = JSON.parse(readFileSync(join(SOURCE, 'package.json'), 'utf8'));
const entry = (code, kind) => ({ types: `./index.d.${kind}`, default: `./index.${code}` });
const manifest = {
  ...{ name, version, description, license, engines: { node: '>=20.19.0' } },
  exports: { '.': { import: entry('mjs', 'mts'), require: entry('cjs', 'cts') } },
};
writeFileSync(join(TARGET, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
copyFileSync(join(ROOT, 'LICENSE'), join(TARGET, 'LICENSE'));
copyFileSync(join(SOURCE, 'README.md'), join(TARGET, 'README.md'));
console.log(TARGET);
