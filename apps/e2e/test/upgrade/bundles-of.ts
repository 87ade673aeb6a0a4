import { createTempDir, removeDir } from '@tetracast/testing';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../../../..');
const OWN_SCOPE = '@tetracast';

/**
 * Bundles apps as an older commit of this repository has them, with the packages of today. They remain in `dist/commits`.
 *
 * @returns the folder with a folder for each app
 */
export async function bundlesOf(commit: string, apps: readonly string[]): Promise<string> {
  const place = join(ROOT, 'dist/commits', commit);
  if (apps.every((app) => existsSync(join(place, app, 'main.cjs')))) return place;
  const source = await createTempDir('commit');
  try {
    checkOut(commit, source);
    linkPackages(source);
    execFileSync(process.execPath, ['tools/bundle.mjs', ...apps], { cwd: source, stdio: 'pipe' });
    mkdirSync(place, { recursive: true });
    cpSync(join(source, 'dist/apps'), place, { recursive: true });
  } finally {
    await removeDir(source);
  }
  return place;
}

function checkOut(commit: string, folder: string): void {
  try {
    execFileSync('git', ['cat-file', '-e', `${commit}^{commit}`], { cwd: ROOT, stdio: 'pipe' });
  } catch (error) {
    throw new Error(`The commit ${commit} is not in this clone. Get it: git fetch --unshallow`, { cause: error });
  }
  const archive = execFileSync('git', ['archive', commit], { cwd: ROOT, maxBuffer: 1024 ** 3 });
  execFileSync('tar', ['-x', '-C', folder], { input: archive });
}

/** Gives an older source the packages of this clone, but itself in place of the projects of today. */
function linkPackages(source: string): void {
  const [from, to] = [join(ROOT, 'node_modules'), join(source, 'node_modules')];
  for (const name of readdirSync(from)) {
    if (!name.startsWith('@')) link(join(from, name), join(to, name));
    else if (name !== OWN_SCOPE) {
      for (const part of readdirSync(join(from, name))) link(join(from, name, part), join(to, name, part));
    }
  }
  for (const group of ['apps', 'libs']) {
    for (const folder of readdirSync(join(source, group))) {
      const project = join(source, group, folder);
      const { name } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { readonly name: string };
      link(project, join(to, name));
      const nested = join(ROOT, group, folder, 'node_modules');
      if (existsSync(nested)) link(nested, join(project, 'node_modules'));
    }
  }
}

function link(target: string, path: string): void {
  mkdirSync(resolve(path, '..'), { recursive: true });
  symlinkSync(target, path);
}
