import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { accepts, becomeReady, createTempDir, freePort, removeDir, spawnProcess, startProcess } from '../src';

const SERVICE = `
const { createServer } = require('node:http');
let ready = 0;
console.log('starting');
if (process.env.FAIL) { console.error('bad setting'); process.exit(3); }
if (process.env.STUBBORN) process.on('SIGTERM', () => console.log('not yet'));
else process.on('SIGTERM', () => { console.log('draining'); process.exit(0); });
createServer((request, response) => {
  if (request.url === '/readyz') response.statusCode = process.env.NEVER || ready++ < 3 ? 503 : 200;
  response.end(JSON.stringify(process.env));
}).listen(Number(process.env.PORT), process.env.HOST);
`;

describe('startProcess', () => {
  let dir: string;
  let file: string;

  beforeAll(async () => {
    dir = await createTempDir('service');
    file = join(dir, 'main.cjs');
    await writeFile(file, SERVICE);
  });

  afterAll(() => removeDir(dir));

  it('resolves when /readyz is 200, with only the given settings', async () => {
    process.env.LEAKED = 'yes';
    await using service = await startProcess({ file, env: { BUS_URL: 'memory:' } });

    const env: unknown = await (await fetch(service.url)).json();

    expect(env).toMatchObject({ PORT: String(service.port), HOST: '127.0.0.1', BUS_URL: 'memory:' });
    expect(env).not.toHaveProperty('LEAKED');
    await service.waitForOutput(/starting/);
    delete process.env.LEAKED;
  });

  it('stops it by SIGTERM', async () => {
    const service = await startProcess({ file });

    expect(await service.stop()).toEqual({ code: 0, signal: null });
    expect(service.output()).toContain('draining');
  });

  it('kills it when it does not stop in time', async () => {
    const service = await startProcess({ file, env: { STUBBORN: '1' } });
    service.signal('SIGTERM');
    await service.waitForOutput(/not yet/);

    expect(await service.stop(100)).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('kills it', async () => {
    const service = await startProcess({ file });

    expect(await service.kill()).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('rejects with the output when it ends before it is ready', async () => {
    await expect(startProcess({ file, env: { FAIL: '1' } })).rejects.toThrow(
      /main\.cjs ended before it was ready \(exit code 3\)[^]*bad setting/,
    );
  });

  it('rejects a wait for output when it has ended', async () => {
    await using service = await startProcess({ file });
    const waiting = service.waitForOutput(/never said/);

    void service.kill();

    await expect(waiting).rejects.toThrow(/ended \(SIGKILL\)[^]*starting/);
    await expect(service.waitForOutput(/never said/)).rejects.toThrow(/ended \(SIGKILL\)/);
  });
});

describe('becomeReady', () => {
  it('rejects with the output, and kills the program, when it is not ready and says nothing more', async () => {
    const port = await freePort();
    const script = `setInterval(() => 0, 1000); console.log('starting');`;
    const program = await spawnProcess({ command: process.execPath, args: ['-e', script] });
    await program.waitForOutput(/starting/);

    await expect(becomeReady(program, accepts(port), { idleMs: 100 })).rejects.toThrow(
      /is not ready and has said nothing more for 100 ms[^]*starting/,
    );

    expect(await program.exited).toEqual({ code: null, signal: 'SIGKILL' });
  });
});
