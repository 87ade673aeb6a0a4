import { publish, startService, type TestService } from '@tetracast/service-kit/testing';
import { plugins } from '@tetracast/standalone';
import { NO_LIMITS, uniqueChannel } from '@tetracast/testing';
import { MAIN, runToEnd } from './built-command';

let server: TestService;
beforeAll(async () => {
  server = await startService(plugins, NO_LIMITS);
});
afterAll(() => server.close());

const CTRL_C = '\u0003';
const CONNECTED = 'connected over websocket: waits for messages until Ctrl-C';

/**
 * Runs the command in a pseudo-terminal of util-linux's `script`; `keys` are typed once the terminal has shown something. `shown` has
 * `ESC` for the first character of a control sequence.
 */
async function inTerminal(
  args: readonly string[],
  keys?: { readonly after: RegExp; readonly type: string },
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | null; readonly shown: string }> {
  const line = ['exec', ...[process.execPath, MAIN, ...args].map((word) => `'${word}'`)].join(' ');
  let isTyped = false;
  const { code, out } = await runToEnd(['script', '-qec', line, '/dev/null'], server.url, {
    env: { SHELL: '/bin/sh', TERM: 'xterm', ...env },
    onOut: (running) => {
      if (isTyped || keys?.after.test(running.out) !== true) return;
      isTyped = true;
      running.type(keys.type);
    },
  });
  return { code, shown: out.replaceAll('\u001b', 'ESC') };
}

describe('in a terminal', () => {
  it('messages have colours, and none with NO_COLOR', async () => {
    const channel = uniqueChannel();
    await publish(server, channel, ['hello']);
    const args = ['sub', channel, '--rewind', '1', '-n', '1'];
    const [coloured, plain] = [await inTerminal(args), await inTerminal(args, undefined, { NO_COLOR: '1' })];

    expect(coloured.shown).toMatch(
      new RegExp(`^ESC\\[2m${CONNECTED}\r\nESC\\[22mESC\\[2m\\S+Z ${channel} messageESC\\[22m hello\r\n$`),
    );
    expect(plain.shown).toMatch(new RegExp(`^${CONNECTED}\r\n\\S+Z ${channel} message hello\r\n$`));
  });

  it('Ctrl-C ends a subscription with 130, and shows nothing else', async () => {
    const channel = uniqueChannel();
    await publish(server, channel, ['hello']);
    const { code, shown } = await inTerminal(['sub', channel, '--rewind', '1'], { after: /hello\r\n$/, type: CTRL_C });

    expect(code).toBe(130);
    expect(shown.split('hello\r\n')[1]?.replace('^C', '').trim()).toBe('');
  });

  it('the bench shows a bar with a live rate and latencies, and takes it away', async () => {
    const { code, shown } = await inTerminal(['bench', '-c', '2', '-r', '10', '-s', '1']);

    expect(code).toBe(0);
    expect(shown).toMatch(/\r█+░* \d+ % {2}\d+ messages\/s {2}p50 [\d.]+ ms {2}p99 [\d.]+ msESC\[K/);
    expect(shown).toMatch(/\rESC\[K20 of 20 messages received\r\n/);
  });

  it('Ctrl-C ends a bench with what it has measured', async () => {
    const keys = { after: / [1-9]\d* messages\/s/, type: CTRL_C };
    const { code, shown } = await inTerminal(['bench', '-c', '1', '-r', '10', '-s', '600'], keys);

    expect(code).toBe(130);
    expect(shown).toMatch(/\d+ of 6000 messages received/);
  });
});
