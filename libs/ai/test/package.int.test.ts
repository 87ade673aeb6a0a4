import { builtLibrary, installPublished, type PublishedPackages } from '@tetracast/testing';
import { buildSync } from 'esbuild';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

const BUILT = builtLibrary('ai');

interface Manifest {
  readonly tetracast: { readonly gzipBytes: Readonly<Record<string, number>> };
}

/** The most bytes of each entry, without the packages that it is for, minified and compressed with gzip. */
const BUDGETS = Object.entries(
  (JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8')) as Manifest).tetracast.gzipBytes,
);

/** What an application has besides: it is not in the cache of npm. */
const PEERS = ['ai', '@ag-ui/client'];

let packages: PublishedPackages;
beforeAll(async () => {
  packages = await installPublished('client', 'ai');
  for (const peer of PEERS) {
    const link = join(packages.folder, 'node_modules', peer);
    await mkdir(dirname(link), { recursive: true });
    await symlink(resolve(__dirname, '../../../node_modules', peer), link);
  }
});
afterAll(() => packages[Symbol.asyncDispose]());

const ENTRIES: Readonly<Record<string, string>> = {
  '@tetracast/ai': 'channelFetch',
  '@tetracast/ai/ai-sdk': 'createChatTransport',
  '@tetracast/ai/ag-ui': 'TetracastAgent',
  '@tetracast/ai/resumable-stream': 'createResumableStreamContext',
};

describe('the package in an empty project', () => {
  const print = `console.log(${Object.values(ENTRIES)
    .map((name) => `typeof ${name}`)
    .join()});`;
  const printed = `${Object.values(ENTRIES)
    .map(() => 'function')
    .join(' ')}\n`;

  it('runs as ES modules', async () => {
    const imports = Object.entries(ENTRIES).map(([entry, name]) => `import { ${name} } from '${entry}';`);
    await writeFile(join(packages.folder, 'esm.mjs'), imports.join('\n') + print);

    expect(await packages.node('esm.mjs')).toBe(printed);
  });

  it('runs as CommonJS', async () => {
    const requires = Object.entries(ENTRIES).map(([entry, name]) => `const { ${name} } = require('${entry}');`);
    await writeFile(join(packages.folder, 'cjs.cjs'), requires.join('\n') + print);

    expect(await packages.node('cjs.cjs')).toBe(printed);
  });
});

describe('the package', () => {
  it('has no flaw that publint finds', async () => {
    expect(await packages.tool('publint/src/cli.js', '--strict', BUILT)).toContain('All good!');
  });

  it('has types that every kind of module resolution finds', async () => {
    const [, tarball = ''] = packages.tarballs;

    expect(await packages.tool('@arethetypeswrong/cli/dist/index.js', '--profile', 'node16', tarball)).toContain(
      'No problems found',
    );
  });

  it('states a budget for each entry, and in the README', async () => {
    const entries = BUDGETS.map(([entry]) => (entry === 'index' ? '@tetracast/ai' : `@tetracast/ai/${entry}`));
    const readme = await readFile(join(BUILT, 'README.md'), 'utf8');

    expect(entries.sort()).toEqual(Object.keys(ENTRIES).sort());
    for (const [, bytes] of BUDGETS) expect(readme).toContain(`${bytes / 1024} KB`);
  });

  it.each(BUDGETS)('%s is within its budget of %d bytes', (entry, budget) => {
    const { outputFiles } = buildSync({
      entryPoints: [join(BUILT, `${entry}.js`)],
      bundle: true,
      minify: true,
      format: 'esm',
      target: 'es2022',
      external: [...PEERS, '@tetracast/client'],
      write: false,
    });
    expect(gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length).toBeLessThanOrEqual(budget);
  });
});
