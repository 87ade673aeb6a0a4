import {
  answers,
  becomeReady,
  createTempDir,
  freePort,
  type ManagedProcess,
  removeDir,
  spawnProcess,
} from '@tetracast/testing';
import { once } from 'node:events';
import { createServer } from 'node:net';

import { ROOT } from './workspace-files';

let npm: ManagedProcess | undefined;
/** All of npm's process group, whatever has become of npm itself. */
const toGroup = (signal: NodeJS.Signals): boolean => npm !== undefined && process.kill(-npm.pid, signal);

afterEach(() => {
  try {
    toGroup('SIGKILL');
  } catch {
    // nothing of it is left
  }
});

async function run(script: string, env: Record<string, string>): Promise<ManagedProcess> {
  const { PATH, HOME } = process.env;
  npm = await spawnProcess({ command: 'npm', args: [script], cwd: ROOT, env: { PATH, HOME, ...env } });
  return npm;
}

/** The same with a terminal as its output. */
async function runInTerminal(script: string, env: Record<string, string>): Promise<ManagedProcess> {
  const { PATH, HOME } = process.env;
  return spawnProcess({
    command: 'script',
    args: ['-qefc', `npm ${script}`, '/dev/null'],
    cwd: ROOT,
    env: { PATH, HOME, SHELL: '/bin/sh', ...env },
    install: 'sudo apt-get install -y bsdutils',
  });
}

// npm, the bundler and a server start one after the other.
jest.setTimeout(60_000);

describe('npm start', () => {
  /** npm ends when the server has, but for a signal that it does not pass on. */
  const inGoodOrder = { code: 0, signal: null };

  it.each<[string, (npm: ManagedProcess) => void, object]>([
    ['gets SIGTERM', (started) => started.signal('SIGTERM'), inGoodOrder],
    ['gets SIGINT', (started) => started.signal('SIGINT'), inGoodOrder],
    ['and the server have SIGINT from a terminal', () => toGroup('SIGINT'), inGoodOrder],
    ['and the server have SIGHUP from a terminal', () => toGroup('SIGHUP'), { code: null, signal: 'SIGHUP' }],
    ['is ended by SIGHUP', (started) => started.signal('SIGHUP'), { code: null, signal: 'SIGHUP' }],
    ['is killed', (started) => started.signal('SIGKILL'), { code: null, signal: 'SIGKILL' }],
  ])('drains, ends and frees its port when npm %s', async (_how, end, status) => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const started = await run('start', { PORT: String(port) });
    await becomeReady(started, answers(`${url}/readyz`));
    const stream = await fetch(`${url}/sse?channel=lab`);

    end(started);

    // A stream that is not drained but cut is a network error here.
    expect(await stream.text()).toContain('retry:');
    // Its output closes when the last process that writes to it has ended.
    expect(await started.exited).toEqual(status);
    expect(started.output()).not.toContain('second SIG');
    const next = createServer().listen(port, '127.0.0.1');
    await once(next, 'listening');
    next.close();
  });

  it('lets the lab page use the port of plain WebSocket, beside the pages of ALLOWED_ORIGINS, and no other page', async () => {
    const [port, plainPort] = [await freePort(), await freePort()];
    const ALLOWED_ORIGINS = 'http://mine.example:8000';
    const started = await run('start', { PORT: String(port), PLAIN_PORT: String(plainPort), ALLOWED_ORIGINS });
    await becomeReady(started, answers(`http://127.0.0.1:${port}/readyz`));
    const statusFor = async (origin: string): Promise<number> =>
      (await fetch(`http://127.0.0.1:${plainPort}/polling?channel=lab`, { headers: { origin } })).status;

    expect(await statusFor(`http://localhost:${port}`)).toBe(200);
    expect(await statusFor(`http://127.0.0.1:${port}`)).toBe(200);
    expect(await statusFor(ALLOWED_ORIGINS)).toBe(200);
    expect(await statusFor(`http://localhost:${port + 1}`)).toBe(403);
  });

  it('has members in the channels of the chat demo, and in no others', async () => {
    const port = await freePort();
    const started = await run('start', { PORT: String(port), PLAIN_PORT: 'off' });
    await becomeReady(started, answers(`http://127.0.0.1:${port}/readyz`));
    const statusFor = async (channel: string): Promise<number> =>
      (await fetch(`http://127.0.0.1:${port}/presence?channel=${channel}`)).status;

    expect(await statusFor('chat:lobby')).toBe(200);
    expect(await statusFor('lab')).toBe(400);
  });
});

describe('npm start in a terminal', () => {
  it('says where it is and who may use it, and nothing that is for programs', async () => {
    const port = await freePort();
    const started = await runInTerminal('start', { PORT: String(port), PLAIN_PORT: 'off' });
    await started.waitForOutput(/Ctrl-C stops the server/);
    await started.stop();

    expect(started.output()).toContain(`Tetracast is at http://127.0.0.1:${port}`);
    expect(started.output()).not.toContain('{"level"');
  });
});

describe('npm test', () => {
  let results: string;
  beforeEach(async () => (results = await createTempDir('npm-test')));
  afterEach(() => removeDir(results));

  it.each<[NodeJS.Signals, object]>([
    ['SIGTERM', { code: 143, signal: null }],
    ['SIGINT', { code: 130, signal: null }],
    ['SIGHUP', { code: null, signal: 'SIGHUP' }],
    ['SIGKILL', { code: null, signal: 'SIGKILL' }],
  ])('ends the stage that runs when npm has %s', async (signal, status) => {
    const started = await run('test', { TETRACAST_RESULTS: results });
    await started.waitForOutput(/── references/);

    started.signal(signal);

    expect(await started.exited).toEqual(status);
    expect(started.output()).not.toContain('── build');
  });
});
