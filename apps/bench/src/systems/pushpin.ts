import { becomeReady, createTempDir, freePort, type ManagedProcess, removeDir, spawnProcess } from '@tetracast/testing';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { childrenOf, type LoadOptions, pin } from '../load';
import type { System } from '../system';
import { peer, startNodeServer } from './node-server';

const PROGRAMS = ['/usr/bin/pushpin', '/usr/bin/zurl'];

/**
 * It acknowledges before it delivers: publishers that wait for that leave it further behind all the time. So it gets a rate
 * that it can follow with 1000 subscribers, which for what a delivery costs is the same: it sends each message by itself.
 */
const RATE = { rate: 8, window: 64 };

const ATTEMPT_MS = 1000;
const ATTEMPT_PAUSE_MS = 20;

const KINDS: Readonly<Record<'WebSocket' | 'SSE', LoadOptions>> = {
  WebSocket: { sub: 'ws', path: '/?channel={channel}', ready: 'subscribed', connecting: 8 },
  // More at a time, and on a busy machine it breaks some of the connections.
  SSE: { sub: 'stream', path: '/?channel={channel}', ready: ':\n\n', connecting: 1 },
};

/** Pushpin before an origin that has it hold every request; published to by its HTTP control port, which the origin calls. */
export function pushpin(transport: 'WebSocket' | 'SSE'): System {
  return {
    name: 'Pushpin',
    transport,
    missing: PROGRAMS.every(existsSync) ? undefined : 'sudo apt-get install -y pushpin',
    start: async () => {
      const dir = await createTempDir('pushpin');
      const [port, control] = [await freePort(), await freePort()];
      const origin = await startNodeServer({
        file: peer('pushpin-origin'),
        env: { CONTROL_PORT: String(control) },
        readyPath: '/',
      });
      const others = [await freePort(), await freePort(), await freePort()];
      await writeFile(join(dir, 'routes'), `* 127.0.0.1:${origin.port},over_http\n`);
      await writeFile(join(dir, 'zurl.conf'), zurlConf(dir));
      await writeFile(join(dir, 'pushpin.conf'), pushpinConf(dir, port, control, others));
      const zurl = await spawnProcess({ command: 'zurl', args: [`--config=${join(dir, 'zurl.conf')}`], dir });
      const runner = await spawnProcess({ command: 'pushpin', args: [`--config=${join(dir, 'pushpin.conf')}`], dir });
      const stop = async (): Promise<void> => {
        await runner.stop();
        await zurl.stop();
        await origin[Symbol.asyncDispose]();
        await removeDir(dir);
      };
      try {
        await becomeReady(withParts(runner), (signal) => untilHeld(`http://127.0.0.1:${port}/?channel=ready`, signal));
      } catch (error) {
        await stop();
        throw error;
      }
      // The origin stands for somebody's backend: its time is not Pushpin's.
      const pids = [zurl.pid, runner.pid, ...childrenOf(runner.pid)];
      await Promise.all(pids.map((pid) => pin(pid)));
      return {
        pids,
        load: { ...KINDS[transport], ...RATE, pub: 'http', pubport: origin.port, pubpath: '/?channel={channel}', port },
        [Symbol.asyncDispose]: stop,
      };
    },
  };
}

/** Its parts are in separate process groups: they end with the runner only when it is asked to stop, not when it is killed. */
function withParts(runner: ManagedProcess): ManagedProcess {
  return { ...runner, kill: () => runner.stop() };
}

/**
 * Resolves when a request is held: only that goes by all parts, and a client that comes before they have found each other is
 * refused (500), or never answered, since what goes to a part that does not listen yet is lost. So each attempt has an end.
 */
async function untilHeld(url: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const attempt = AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_MS)]);
    const status = await fetch(url, { signal: attempt }).then(
      async (response) => {
        await response.body?.cancel();
        return response.status;
      },
      () => undefined,
    );
    if (status === 200) return;
    await delay(ATTEMPT_PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** Debian's own denies 127.0.0.1, where the origin is: without this no request comes to be held. */
function zurlConf(dir: string): string {
  const specs = ['in', 'in_stream', 'out', 'in_req'].map((name) => `${name}_spec=ipc://${dir}/zurl-${name}`);
  return ['[General]', ...specs, 'defpolicy=allow', 'max_open_requests=20000', 'timeout=600', ''].join('\n');
}

function pushpinConf(dir: string, port: number, control: number, [push, sub, command]: readonly number[]): string {
  return `[global]
include={libdir}/internal.conf
rundir=${dir}
ipc_prefix=
[runner]
services=condure,pushpin-proxy,pushpin-handler
http_port=127.0.0.1:${port}
logdir=${dir}
log_level=0
client_maxconn=20000
client_buffer_size=8192
[proxy]
routesfile=routes
debug=true
zurl_out_specs=ipc://${dir}/zurl-in
zurl_out_stream_specs=ipc://${dir}/zurl-in_stream
zurl_in_specs=ipc://${dir}/zurl-out
[handler]
push_in_spec=tcp://127.0.0.1:${push ?? 0}
push_in_sub_specs=tcp://127.0.0.1:${sub ?? 0}
push_in_http_addr=127.0.0.1
push_in_http_port=${control}
command_spec=tcp://127.0.0.1:${command ?? 0}
message_rate=1000000
message_hwm=1000000
`;
}
