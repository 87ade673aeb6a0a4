import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A program that runs `command` in a group, and prints the exit code. */
const RUNNER = `
import { runGroup } from './run-group.mjs';
const [command, ...args] = process.argv.slice(2);
console.log('exit code', await runGroup(command, args, { silenceLimitMs: 500 }));
`;

describe('a program that npm test runs', () => {
  it('is ended when it prints nothing any more', async () => {
    const args = ['--input-type=module', '--eval', RUNNER, 'runner', 'bash', '-c', 'echo begun; sleep infinity'];

    const { stdout, stderr } = await run('node', args, { cwd: `${__dirname}/..` });

    expect(stdout).toBe('begun\nexit code null\n');
    expect(stderr).toContain('printed nothing');
  });
});
