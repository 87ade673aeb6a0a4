import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createTempDir, removeDir } from '@tetracast/testing';

const ROOT = resolve(__dirname, '../../..');
const BUILT = join(ROOT, 'dist/libs/server');

let folder: string;

function run(cwd: string, command: string, ...args: string[]): string {
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(' ')} failed: ${stdout}${stderr}`, { cause: error });
  }
}

beforeAll(async () => {
  if (!existsSync(join(BUILT, 'package.json')))
    throw new Error('dist/libs/server is missing: run "npx nx build server"');
  folder = await createTempDir('server-package');
  const project = join(folder, 'project');
  run(BUILT, 'npm', 'pack', '--silent', '--pack-destination', folder);
  const [archive = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  run(folder, 'mkdir', 'project');
  writeFileSync(join(project, 'package.json'), '{ "name": "project", "private": true }');
  run(project, 'npm', 'install', '--silent', '--offline', '--no-audit', '--no-fund', join(folder, archive));
});

afterAll(() => removeDir(folder));

const SECRET = "'x'.repeat(32)";
const USE = `console.log(typeof Tetracast, mintToken({ secret: ${SECRET} }, { sub: 'ann' }).split('.').length);`;

it.each([
  ['import', 'a.mjs', `import { mintToken, Tetracast } from '@tetracast/server'; ${USE}`],
  ['require', 'a.cjs', `const { mintToken, Tetracast } = require('@tetracast/server'); ${USE}`],
])('works by %s in an empty project, and brings nothing else', (_, file, code) => {
  const project = join(folder, 'project');
  writeFileSync(join(project, file), code);
  expect(run(project, process.execPath, file)).toBe('function 3\n');
  expect(readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['@tetracast']);
});

it.each(['a.mts', 'a.cts'])('has types for %s', (file) => {
  const project = join(folder, 'project');
  const code = [
    "import { type ConnectionInfo, mintToken, Tetracast, TetracastError } from '@tetracast/server';",
    "const tetracast = new Tetracast({ url: 'http://127.0.0.1:3605' });",
    'export const transports: Promise<string | undefined> = tetracast.connection("x").then((found?: ConnectionInfo) => found?.transport);',
    'export const code = (error: TetracastError): string => error.code;',
    'export const token: string = mintToken({ secret: "" }, {});',
    '// @ts-expect-error: the order is wrong',
    'export const history = tetracast.history("news", { order: "up" });',
  ];
  writeFileSync(join(project, file), code.join('\n'));
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023'];
  expect(run(project, process.execPath, compiler, ...flags, file)).toBe('');
});
