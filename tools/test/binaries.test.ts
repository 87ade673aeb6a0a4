import { execFileSync } from 'node:child_process';

import { readText, ROOT } from './workspace-files';

const PRINT = `import { DEBIAN_PACKAGES } from './tools/binaries.mjs'; console.log(DEBIAN_PACKAGES.join(' '));`;

describe('the programs of the tests', () => {
  it('are those of the line in CONTRIBUTING.md', () => {
    const [, line] = /^sudo apt-get install -y ([^`]+)\nnpm ci$/m.exec(readText('CONTRIBUTING.md')) ?? [];
    const packages = execFileSync(process.execPath, ['--input-type=module', '-e', PRINT], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect(line?.split(/[\s\\]+/)).toEqual(packages.trim().split(' '));
  });
});
