import { createTempDir, removeDir, spawnProcess } from '@tetracast/testing';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cli } from './run-cli';

let dir: string;
beforeAll(async () => {
  dir = await createTempDir('completion');
});
afterAll(() => removeDir(dir));

/** What a shell with the script of `tetracast completion` offers for the last of `words`. */
async function offers(shell: 'bash' | 'zsh' | 'fish', words: readonly string[]): Promise<string[]> {
  const { out, code } = await cli(['completion', shell]);
  expect(code).toBe(0);
  const file = join(dir, `tetracast.${shell}`);
  await writeFile(file, out);
  const quoted = words.map((word) => `'${word}'`).join(' ');
  const ASK = {
    bash: `source ${file}; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _tetracast; printf '%s\\n' "\${COMPREPLY[@]}"`,
    // Without a terminal there is no completion system: its functions are those that print.
    zsh: `compdef() { : }; _files() { : }; compadd() { shift; printf '%s\\n' "$@" }
words=(${quoted}); CURRENT=${words.length}; PREFIX=; source ${file}; _tetracast`,
    fish: `source ${file}; complete -C '${words.join(' ')}'`,
  };
  const program = await spawnProcess({
    command: shell,
    args: ['-c', ASK[shell]],
    install: `sudo apt-get install -y ${shell}`,
    env: { PATH: process.env['PATH'], HOME: dir },
  });
  const { code: ended } = await program.exited;
  expect({ ended, output: program.output() }).toMatchObject({ ended: 0 });
  return program
    .output()
    .split('\n')
    .map((line) => line.split('\t')[0] ?? '')
    .filter((line) => line !== '');
}

describe.each(['bash', 'zsh', 'fish'] as const)('the completion for %s', (shell) => {
  it('offers commands', async () => {
    const offered = await offers(shell, ['tetracast', '']);
    expect(offered).toEqual(expect.arrayContaining(['sub', 'pub', 'doctor', 'token']));
    expect(offered).not.toContain('mint');
  });

  it('offers the commands of a command', async () => {
    const offered = await offers(shell, ['tetracast', 'token', '']);
    expect(offered).toEqual(expect.arrayContaining(['mint', 'inspect']));
    expect(offered).not.toContain('sub');
  });

  it('offers options', async () => {
    const offered = await offers(shell, ['tetracast', 'token', 'mint', '--']);
    expect(offered).toEqual(expect.arrayContaining(['--sub', '--ttl']));
    expect(offered).not.toContain('--idle');
  });

  it('offers the choices of an argument', async () => {
    expect(await offers(shell, ['tetracast', 'completion', ''])).toEqual(
      expect.arrayContaining(['bash', 'zsh', 'fish']),
    );
  });
});
