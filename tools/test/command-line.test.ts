import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { readManifest, readText, ROOT } from './workspace-files';

const page = readText('docs/command-line.md');

describe('docs/command-line.md', () => {
  it('has the help of every command as the program prints it', () => {
    expect(execFileSync(process.execPath, [join(ROOT, 'tools/command-line.mjs')], { encoding: 'utf8' })).toBe('');
  });

  it('has every problem that the doctor names', () => {
    const { PROBLEMS } = jest.requireActual<{ PROBLEMS: Record<string, string> }>(
      join(ROOT, 'apps/cli/src/doctor/problems.ts'),
    );
    const [, table = ''] = /<!-- problems -->\n+([^]*?)\n+<!-- \/problems -->/.exec(page) ?? [];
    const rows = table.split('\n').slice(2);
    const cells = rows.map((row) => row.split('|').slice(1, 3));

    expect(cells.map(([name = '', what = '']) => [name.trim(), what.trim()])).toEqual(
      Object.entries(PROBLEMS).map(([name, what]) => [`\`${name}\``, what]),
    );
  });

  it('has every exit code', () => {
    const { EXIT } = jest.requireActual<{ EXIT: Record<string, number> }>(join(ROOT, 'apps/cli/src/exit-codes.ts'));
    const named = [...page.matchAll(/^\| (\d+) +\|/gm)].map(([, code]) => Number(code));

    expect(named).toEqual(Object.values(EXIT));
  });
});

describe('npx tetracast, in a clone', () => {
  it('runs the command: npm links what a workspace names as its bin', () => {
    const { bin = {} } = readManifest('tools');
    expect(Object.keys(bin)).toEqual(['tetracast']);
    const file = join(ROOT, 'tools', bin['tetracast'] ?? '');
    expect(execFileSync(file, ['--version'], { encoding: 'utf8' })).toBe('0.1.0\n');
  });
});
