import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createTempDir, pollUntil, removeDir } from '../src';

interface Started {
  readonly port: number;
  readonly dir: string;
}

describe('a server of a process that dies', () => {
  let dir: string;
  let script: string;

  beforeAll(async () => {
    dir = await createTempDir('guard');
    const source = join(dir, 'source.ts');
    script = join(dir, 'start.cjs');
    await writeFile(
      source,
      `import { startRedis } from ${JSON.stringify(join(__dirname, '../src/servers/redis/redis-server.ts'))};
       startRedis().then(({ port, dir }) => {
         console.log(JSON.stringify({ port, dir }));
         setInterval(() => undefined, 1000);
       });`,
    );
    const esbuild = require.resolve('esbuild/bin/esbuild');
    await promisify(execFile)(esbuild, [
      source,
      '--bundle',
      '--platform=node',
      '--log-level=error',
      `--outfile=${script}`,
    ]);
  });

  afterAll(() => removeDir(dir));

  it.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)('dies with it, by %s, and leaves no files', async (signal) => {
    const parent = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const redis = JSON.parse(line.toString()) as Started;
    const socket = connect(redis.port, '127.0.0.1');
    await once(socket, 'connect');
    expect(existsSync(redis.dir)).toBe(true);

    // `once` of node:events would take a reset for a failure.
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.resume().on('error', () => undefined);
    parent.kill(signal);

    await closed;
    await pollUntil(
      () => existsSync(redis.dir),
      (isThere) => !isThere,
    );
  });
});
