import { createTempDir, removeDir } from '@tetracast/testing';
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from './workspace-files';

let folder: string;

beforeEach(async () => (folder = await createTempDir('checkout')));
afterEach(() => removeDir(folder));

/** Installs in a folder whose `npm` only writes its arguments; returns what a reader sees. */
function install(): string[] {
  const [tools, bin] = [join(folder, 'tools'), join(folder, 'bin')];
  for (const each of [tools, bin]) mkdirSync(each);
  cpSync(join(ROOT, 'tools/checkout.mjs'), join(tools, 'checkout.mjs'));
  writeFileSync(
    join(folder, 'package-lock.json'),
    JSON.stringify({ packages: { 'node_modules/x': { version: '1' } } }),
  );
  writeFileSync(join(bin, 'npm'), '#!/bin/sh\necho "npm $*"\n');
  chmodSync(join(bin, 'npm'), 0o755);
  const script = `import { installDependencies } from './tools/checkout.mjs'; installDependencies();`;
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: folder,
    env: { PATH: `${bin}:${process.env['PATH']}` },
    encoding: 'utf8',
  });
  return stderr.trim().split('\n');
}

it('says what is installed, and how long it takes, before npm begins', () => {
  const [first, second] = install();
  expect(first).toMatch(/^Installing the npm packages .* minutes/);
  expect(second).toMatch(/^npm ci /);
});
