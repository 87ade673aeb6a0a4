/**
 * Bundles apps: `node tools/bundle.mjs [<app>…]`, all of them without a name. Each becomes one CommonJS file,
 * `dist/apps/<app>/main.cjs`, with its assets beside it: nothing else of the repository is needed to run it.
 */
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

import { build } from 'esbuild';

import { bundleScript } from './bundle-script.mjs';

const ROOT = resolve(import.meta.dirname, '..');

const socketIoClient = { 'client-dist': 'node_modules/socket.io/client-dist' };
/** The documentation site, or the Markdown alone where it is not built. */
const docs = existsSync(join(ROOT, 'dist/docs/inline-hashes.json')) ? 'dist/docs' : 'docs';
const page = {
  docs,
  public: 'apps/web/src/public',
  'vendor/jquery.min.js': 'node_modules/jquery/dist/jquery.min.js',
  'vendor/uPlot.iife.min.js': 'node_modules/uplot/dist/uPlot.iife.min.js',
  'vendor/uPlot.min.css': 'node_modules/uplot/dist/uPlot.min.css',
};

const apiPage = {
  'api-docs': 'apps/api/src/documents/page',
  'api-docs/swagger-ui-bundle.js': 'node_modules/@fastify/swagger-ui/static/swagger-ui-bundle.js',
  'api-docs/swagger-ui.css': 'node_modules/@fastify/swagger-ui/static/swagger-ui.css',
};

/** What lies beside an app's `main.cjs`, by app: destination → file or folder of the repository. */
const ASSETS = {
  api: apiPage,
  socketio: socketIoClient,
  standalone: { ...page, ...socketIoClient, ...apiPage },
  web: page,
};

/** The apps that serve the client as a plain `<script>`. */
const WITH_CLIENT = ['standalone', 'web'];

/** Packages that are only resolved, to find their browser files when there is no folder of them beside the bundle. */
const RESOLVED = ['jquery', 'uplot', 'socket.io/package.json', '@fastify/swagger-ui/package.json'];

/** What an app that is only run from this repository, with its `node_modules`, leaves there. */
const EXTERNAL = {
  bench: ['eventsource', 'ioredis', 'jquery', 'jsdom', 'playwright-core', 'socket.io-client', 'ws'],
};

/** The Nx project `example-x` is in `examples/x`, every other app in `apps`. */
const folderOf = (app) => (app.startsWith('example-') ? `examples/${app.slice('example-'.length)}` : `apps/${app}`);
const entryOf = (app) => join(ROOT, folderOf(app), 'src/main.ts');

async function bundle(app) {
  // As deep as its place, which the paths in the source map are relative to.
  const folder = join(ROOT, 'dist/building', `${app}-${process.pid}`);
  await build({
    absWorkingDir: ROOT,
    entryPoints: [entryOf(app)],
    outfile: join(folder, 'main.cjs'),
    tsconfig: join(ROOT, 'tsconfig.base.json'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    loader: { '.lua': 'text' },
    // `supports-color` is no dependency, but `debug` would use it if it is there, as it is for some tool of this workspace.
    external: [...RESOLVED, 'supports-color', ...(EXTERNAL[app] ?? [])],
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'warning',
  });
  for (const [to, from] of Object.entries(ASSETS[app] ?? {})) {
    mkdirSync(dirname(join(folder, to)), { recursive: true });
    cpSync(join(ROOT, from), join(folder, to), { recursive: true });
  }
  if (WITH_CLIENT.includes(app)) await bundleScript('client', join(folder, 'vendor/tetracast.js'));
  for (const part of ['public', 'vendor', 'api-docs']) compressTexts(join(folder, part));
  // A command, which a link may name.
  if (readFileSync(join(folder, 'main.cjs'), 'utf8').startsWith('#!')) chmodSync(join(folder, 'main.cjs'), 0o755);
  putInPlace(folder, join(ROOT, 'dist/apps', app));
  console.log(`dist/apps/${app}/main.cjs`);
}

/** Replaces a bundle by a whole one: a service may start from it meanwhile, or run and read its pages. */
function putInPlace(folder, place) {
  const previous = `${folder}-previous`;
  mkdirSync(dirname(place), { recursive: true });
  if (existsSync(place)) renameSync(place, previous);
  renameSync(folder, place);
  rmSync(previous, { recursive: true, force: true });
}

/** Writes a gzip copy beside each file of the lab page: smaller than the page could be sent otherwise, at no cost per request. */
function compressTexts(folder) {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isFile()) writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 }));
  }
}

const foldersIn = (group) => (existsSync(join(ROOT, group)) ? readdirSync(join(ROOT, group)) : []);
const bundled = [...foldersIn('apps'), ...foldersIn('examples').map((folder) => `example-${folder}`)].filter((app) =>
  existsSync(entryOf(app)),
);
const wanted = process.argv.slice(2);
const unknown = wanted.filter((app) => !bundled.includes(app));
if (unknown.length > 0) {
  console.error(`No such app: ${unknown.join(', ')}. There are: ${bundled.join(', ')}.`);
  process.exit(1);
}
try {
  for (const app of wanted.length > 0 ? wanted : bundled) await bundle(app);
} catch (error) {
  // What esbuild found it has printed itself.
  if (!('errors' in error)) throw error;
  process.exitCode = 1;
}
