import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { startService } from './system';

const MAIN = resolve(__dirname, '../../../dist/apps/standalone/main.cjs');

function start(env: Record<string, string>): { status: number | null; stderr: string } {
  const { PATH } = process.env;
  return spawnSync(process.execPath, [MAIN], { env: { PATH, ...env }, encoding: 'utf8', timeout: 60_000 });
}

describe('the standalone process', () => {
  it('says where it is and gives four lines to paste', async () => {
    await using standalone = await startService('standalone');
    for (const part of [/\/sse\?channel=/, /\/polling\?channel=/, /\/ws\?channel=/, /open it in a browser/]) {
      await standalone.waitForOutput(part);
    }
    expect(standalone.output()).toContain(standalone.url);
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
