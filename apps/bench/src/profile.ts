import { createTempDir, removeDir } from '@tetracast/testing';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type LoadOptions, runLoad } from './load';
import { type CpuProfile, toFlame } from './report/flame';
import { BEHIND, storeBehind } from './scenarios/connections/resume';
import type { RunningSystem } from './system';
import { type Service, tetracast, type TetracastOptions } from './systems/tetracast';

interface Profile {
  readonly system: TetracastOptions;
  /** What it is under, for the title. */
  readonly load: string;
  readonly options: (running: RunningSystem, pubs: number) => LoadOptions | Promise<LoadOptions>;
  /** Drawn is what lies between the first and the last call of this function. */
  readonly during: string;
}

const fanOut = (system: TetracastOptions, subs = 1000): Profile => ({
  system,
  load: `${subs} subscribers`,
  options: (_, pubs) => ({ pubs, subs, warm: 2, time: 5 }),
  during: 'publish',
});

const manyChannels = (system: TetracastOptions): Profile => ({
  system,
  load: '2000 channels with one subscriber each',
  options: () => ({ pubs: 8, subs: 2000, channels: 2000, warm: 2, time: 3 }),
  during: 'publish',
});

const resume = (service: Service): Profile => ({
  system: { service },
  load: `5000 come back at once, ${BEHIND} messages behind`,
  options: async (running) => ({
    ...(await storeBehind(running)),
    pubs: 0,
    subs: 5000,
    connecting: 5000,
    expect: BEHIND,
  }),
  during: 'subscribe',
});

const PROFILES: Readonly<Record<string, Profile>> = {
  websocket: fanOut({ service: 'websocket' }),
  sse: fanOut({ service: 'sse' }),
  socketio: fanOut({ service: 'socketio' }),
  polling: fanOut({ service: 'polling' }),
  'polling-redis': fanOut({ service: 'polling', bus: 'redis' }),
  'polling-10000': fanOut({ service: 'polling' }, 10_000),
  'websocket-10000': fanOut({ service: 'websocket' }, 10_000),
  'socketio-10000': fanOut({ service: 'socketio' }, 10_000),
  'websocket-redis': fanOut({ service: 'websocket', bus: 'redis' }),
  'socketio-redis': fanOut({ service: 'socketio', bus: 'redis' }),
  'many-channels-post': manyChannels({ service: 'sse' }),
  'many-channels-websocket': manyChannels({ service: 'websocket', window: 64 }),
  'resume-websocket': resume('websocket'),
  'resume-sse': resume('sse'),
  'resume-socketio': resume('socketio'),
};

/**
 * Where the time of one of our services goes, as a flame graph: `flame-<name>.svg` in `out`.
 *
 * @param pubs publishers of a fan-out
 * @returns the file
 * @throws for a name there is no profile of
 */
export async function drawProfile(name: string, pubs: number, out: string): Promise<string> {
  const profile = Object.hasOwn(PROFILES, name) ? PROFILES[name] : undefined;
  if (profile === undefined) throw new Error(`No such profile: ${name}. ${Object.keys(PROFILES).join(', ')}`);
  const dir = await createTempDir('profile');
  try {
    const system = tetracast({ ...profile.system, profile: dir });
    const running = await system.start();
    let load: LoadOptions;
    try {
      load = await profile.options(running, pubs);
      await runLoad(running.load, load);
    } finally {
      await running[Symbol.asyncDispose]();
    }
    const [written = ''] = await readdir(dir);
    const recorded = JSON.parse(await readFile(join(dir, written), 'utf8')) as CpuProfile;
    const file = join(out, `flame-${name}.svg`);
    await mkdir(out, { recursive: true });
    const publishers = load['pubs'] === 0 ? '' : `, ${load['pubs']} publisher${load['pubs'] === 1 ? '' : 's'}`;
    const where = profile.system.bus === 'redis' ? ' through Redis' : '';
    const title = `${system.transport}${where}: ${profile.load}${publishers}, messages of 256 bytes`;
    await writeFile(file, toFlame(recorded, title, profile.during));
    return file;
  } finally {
    await removeDir(dir);
  }
}
