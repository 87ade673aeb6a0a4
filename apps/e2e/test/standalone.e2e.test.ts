import { type ManagedProcess, pollUntil, spawnProcess } from '@tetracast/testing';
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { startService } from './system';

const ROOT = resolve(__dirname, '../../..');
const MAIN = resolve(ROOT, 'dist/apps/standalone/main.cjs');

function start(env: Record<string, string>): { status: number | null; stderr: string } {
  const { PATH } = process.env;
  return spawnSync(process.execPath, [MAIN], { env: { PATH, ...env }, encoding: 'utf8', timeout: 60_000 });
}

describe('the standalone process', () => {
  it.each([
    ['without keys', {}],
    ['where clients need a token', { AUTH_SECRET: 'a secret of the tests, of more than 32 bytes' }],
  ])('gives a line for each transport that works as it is pasted, %s', async (_when, env: Record<string, string>) => {
    await using standalone = await startService('standalone', env);
    await standalone.waitForOutput(/Ctrl-C stops the server/);
    const lines = new Map(
      Array.from(standalone.output().matchAll(/^ {2}(\S+) +(.+)$/gm), ([, name, line]) => [name, line]),
    );
    const terminal: NodeJS.ProcessEnv = { ...process.env, ...env };
    const paste = (line = ''): Promise<ManagedProcess> =>
      spawnProcess({ command: 'sh', args: ['-c', line], cwd: ROOT, env: terminal });
    if (lines.has('token')) {
      const made = await paste(`${lines.get('token')}\necho "$token"`);
      await made.exited;
      terminal['token'] = made.output().trim();
    }
    const subscribers = await Promise.all(
      ['polling', 'SSE', 'WebSocket', 'Socket.IO'].map((name) => paste(`exec ${lines.get(name)}`)),
    );

    // Whichever line subscribes late gets a later message.
    await pollUntil(
      async () => {
        expect(await (await paste(lines.get('publish'))).exited).toMatchObject({ code: 0 });
        return subscribers.map((subscriber) => subscriber.output().includes('hello'));
      },
      (received) => received.every(Boolean),
    );

    for (const subscriber of subscribers) await subscriber.kill();
  });

  it('says in one line that its port is taken', async () => {
    await using standalone = await startService('standalone');
    const { status, stderr } = start({ PORT: String(standalone.port) });
    expect(status).toBe(1);
    expect(stderr.trim().split('\n')).toEqual([expect.stringContaining(`${standalone.port}`) as string]);
    expect(stderr).toMatch(/set PORT to another port/);
  });

  it('listens on more than loopback only with ACCESS=open', () => {
    const { status, stderr } = start({ HOST: '0.0.0.0', PORT: '0' });
    expect(status).toBe(1);
    expect(stderr).toContain('ACCESS=open');
  });

  it('ends at once and in good order on SIGTERM, with a stream open', async () => {
    await using standalone = await startService('standalone');
    const stream = await fetch(`${standalone.url}/sse?channel=lab`);
    const reader = (stream.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    standalone.signal('SIGTERM');
    expect(await standalone.exited).toMatchObject({ code: 0 });
  });
});
