import { createTempDir, removeDir } from '@tetracast/testing';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runLoad } from './load';
import { type CpuProfile, toFlame } from './report/flame';
import { type Service, tetracast } from './systems/tetracast';

/**
 * Where the time of one of our services goes in the fan-out, in memory, as a flame graph: `flame-<service>.svg` in `out`.
 *
 * @returns the file
 */
export async function drawProfile(service: Service, pubs: number, out: string): Promise<string> {
  const dir = await createTempDir('profile');
  try {
    const system = tetracast({ service, profile: dir });
    const running = await system.start();
    try {
      await runLoad(running.load, { pubs, subs: 1000, warm: 2, time: 5 });
    } finally {
      await running[Symbol.asyncDispose]();
    }
    const [name = ''] = await readdir(dir);
    const profile = JSON.parse(await readFile(join(dir, name), 'utf8')) as CpuProfile;
    const file = join(out, `flame-${service}.svg`);
    await mkdir(out, { recursive: true });
    const title = `${system.transport}: 1000 subscribers, ${pubs} publisher${pubs > 1 ? 's' : ''}, messages of 256 bytes`;
    await writeFile(file, toFlame(profile, title));
    return file;
  } finally {
    await removeDir(dir);
  }
}
