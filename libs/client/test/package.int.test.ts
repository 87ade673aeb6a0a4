import { builtLibrary, installPublished, type PublishedPackages } from '@tetracast/testing';
import { buildSync } from 'esbuild';
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';

const BUILT = builtLibrary('client');

/** The most bytes of each entry, bundled, minified and compressed with gzip. */
const BUDGETS = Object.entries(
  (JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8')) as Manifest).tetracast.gzipBytes,
);

interface Manifest {
  readonly tetracast: { readonly gzipBytes: Readonly<Record<string, number>> };
}

let packages: PublishedPackages;
let folder: string;
beforeAll(async () => {
  packages = await installPublished('client');
  ({ folder } = packages);
});
afterAll(() => packages[Symbol.asyncDispose]());

const USE = `
const tc = createClient({ url: 'http://127.0.0.1:9' });
tc.close();
console.log(tc.status.state);`;

describe('the package in an empty project', () => {
  it('runs as ES modules', async () => {
    await writeFile(
      join(folder, 'esm.mjs'),
      `import { createClient } from '@tetracast/client'; import { listen } from '@tetracast/client/listen';
      import { createSharedClient } from '@tetracast/client/tabs'; listen; createSharedClient;
      import { presence } from '@tetracast/client/presence'; presence;
      import { produce, read } from '@tetracast/client/stream'; produce; read;
      import { socketio } from '@tetracast/client/socketio'; socketio; ${USE}`,
    );

    expect(await packages.node('esm.mjs')).toBe('closed\n');
  });

  it('runs as CommonJS', async () => {
    await writeFile(join(folder, 'cjs.cjs'), `const { createClient } = require('@tetracast/client'); ${USE}`);

    expect(await packages.node('cjs.cjs')).toBe('closed\n');
  });

  it.each(['nodenext', 'bundler'])('has types for strict TypeScript, resolved as %s', async (resolution) => {
    const source = `
import { createClient, type Message, type Status } from '@tetracast/client';
import { listen } from '@tetracast/client/listen';
import { presence } from '@tetracast/client/presence';
import { produce, read as readText } from '@tetracast/client/stream';
const tc = createClient({ token: async () => 'a', transports: ['sse'] });
export async function read(): Promise<number> {
  for await (const message of tc.subscribe<{ eur: number }>('news', { rewind: 1 })) return message.data.eur;
  for await (const { data } of listen<number>('news')) return data;
  const off: () => void = tc.subscribe<number>('news', { onMessage: ({ data }: Message<number>) => data.toFixed() });
  off();
  for await (const [first] of presence<{ name: string }>(tc, 'room:1')) return first?.info?.name.length ?? 0;
  for await (const text of readText(tc, 'answer:42')) await produce(tc, 'copy').append(text);
  const status: Status = tc.status;
  return status.state === 'waiting' ? status.retryAt : 0;
}
// @ts-expect-error there is no such transport
createClient({ transports: ['pigeon'] });
`;
    await writeFile(join(folder, 'strict.mts'), source);
    const module = resolution === 'nodenext' ? ['nodenext'] : ['esnext', '--moduleResolution', 'bundler'];
    const args = ['--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2022,dom,dom.iterable'];

    expect(await packages.tool('typescript/bin/tsc', ...args, '--module', ...module, 'strict.mts')).toBe('');
  });

  it('runs as a bundle', async () => {
    await writeFile(join(folder, 'bundle.mjs'), `import { createClient } from '@tetracast/client'; ${USE}`);
    buildSync({ absWorkingDir: folder, entryPoints: ['bundle.mjs'], outfile: 'out.mjs', bundle: true, format: 'esm' });

    expect(await packages.node('out.mjs')).toBe('closed\n');
  });

  it('runs as a plain script, which declares one global', async () => {
    const script = await readFile(join(folder, 'node_modules/@tetracast/client/tetracast.js'), 'utf8');
    const lines: string[] = [];
    const page = { console: { log: (line: string) => lines.push(line) }, crypto, AbortController, URLSearchParams };
    runInNewContext(
      `${script}\nconst { createClient } = Tetracast; ${USE}`,
      Object.assign(page, { queueMicrotask, clearTimeout }),
    );

    expect(lines).toEqual(['closed']);
  });
});

describe('the package', () => {
  it('has no flaw that publint finds', async () => {
    expect(await packages.tool('publint/src/cli.js', '--strict', BUILT)).toContain('All good!');
  });

  it('has types that every kind of module resolution finds', async () => {
    expect(
      await packages.tool('@arethetypeswrong/cli/dist/index.js', '--profile', 'node16', ...packages.tarballs),
    ).toContain('No problems found');
  });

  it('states a budget for each entry, and in the README', async () => {
    const { exports } = JSON.parse(await readFile(join(BUILT, 'package.json'), 'utf8')) as { exports: object };
    const entries = Object.keys(exports).filter((path) => path !== './package.json');
    const readme = await readFile(join(BUILT, 'README.md'), 'utf8');

    expect(BUDGETS.map(([entry]) => (entry === 'index' ? '.' : `./${entry}`)).sort()).toEqual(entries.sort());
    for (const [, bytes] of BUDGETS) expect(readme).toContain(`${bytes / 1024} KB`);
  });

  it.each(BUDGETS)('%s is within its budget of %d bytes', (entry, budget) => {
    const { outputFiles } = buildSync({
      entryPoints: [join(BUILT, `${entry}.js`)],
      bundle: true,
      minify: true,
      format: 'esm',
      target: 'es2022',
      write: false,
    });
    expect(gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length).toBeLessThanOrEqual(budget);
  });
});
