import { publish, startService, type TestService } from '@tetracast/service-kit/testing';
import { plugins } from '@tetracast/standalone';
import { NO_LIMITS, uniqueChannel } from '@tetracast/testing';
import { type Ended, MAIN, type RunOptions, runToEnd } from './built-command';

let server: TestService;
beforeAll(async () => {
  server = await startService(plugins, NO_LIMITS);
});
afterAll(() => server.close());

/** Runs a line of bash, in which `tetracast` is the built command. */
const bash = (line: string, onOut?: RunOptions['onOut']): Promise<Ended> => {
  const script = `set -o pipefail; tetracast() { '${process.execPath}' '${MAIN}' "$@"; }; ${line}`;
  // With a socket for stdin, as Node.js makes one, bash takes itself for a remote shell, and reads .bashrc.
  return runToEnd(['bash', '--norc', '-c', script], server.url, { onOut });
};

describe('the built command', () => {
  it('ends quietly when its reader has enough', async () => {
    const channel = uniqueChannel();
    await publish(
      server,
      channel,
      Array.from({ length: 500 }, (_, index) => index),
    );
    const { code, out, err } = await bash(`tetracast sub ${channel} --after earliest --json | head -3`);

    expect(
      out
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { data: number }).data),
    ).toEqual([0, 1, 2]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  it.each(['--help', 'completion bash', 'settings'])(
    'ends quietly when nobody reads what "%s" prints',
    async (args) => {
      expect(await bash(`tetracast ${args} | true`)).toEqual({ code: 0, out: '', err: '' });
    },
  );

  it('ends quietly when nobody reads its errors', async () => {
    expect(await bash('tetracast sub news --url http://127.0.0.1:9 2>&1 | true')).toEqual({
      code: 0,
      out: '',
      err: '',
    });
  });

  it('takes lines from a pipe', async () => {
    const channel = uniqueChannel();
    const line = `printf 'one\\ntwo\\n' | tetracast pub ${channel} -q && tetracast sub ${channel} --rewind 9 -n 2 --json`;
    const { code, out } = await bash(line);

    expect(code).toBe(0);
    expect(out.match(/"data":"\w+"/g)).toEqual(['"data":"one"', '"data":"two"']);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends cleanly at %s', async (signal, expected) => {
    const channel = uniqueChannel();
    await publish(server, channel, [1]);
    const { code, err } = await bash(
      `exec '${process.execPath}' '${MAIN}' sub ${channel} --after earliest`,
      ({ kill }) => kill(signal),
    );

    expect({ code, err }).toEqual({ code: expected, err: '' });
  });

  it('warns of nothing with many clients', async () => {
    expect(await bash('tetracast bench -c 12 -r 1 -s 1')).toMatchObject({ code: 0, err: '' });
  });
});
