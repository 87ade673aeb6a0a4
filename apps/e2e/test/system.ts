import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import {
  type NginxPlaces,
  type NginxServer,
  type RedisServer,
  type ServiceProcess,
  startNginx,
  startProcess,
  startRedis,
} from '@tetracast/testing';

const ROOT = resolve(__dirname, '../../..');

export const SERVICES = ['polling', 'sse', 'websocket', 'socketio', 'web'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** Everything that `docker compose up` runs, without the containers: built services, a real Redis and a real nginx. */
export interface System extends AsyncDisposable {
  /** Of the gateway. */
  readonly url: string;
  readonly redis: RedisServer;
  readonly nginx: NginxServer;
  readonly services: Readonly<Record<ServiceName, ServiceProcess>>;
}

export async function startSystem(): Promise<System> {
  const running: AsyncDisposable[] = [];
  const stop = async (): Promise<void> => {
    for (const part of running.splice(0).reverse()) await part[Symbol.asyncDispose]();
  };
  const keep = <T extends AsyncDisposable>(part: T): T => {
    running.push(part);
    return part;
  };
  try {
    const redis = keep(await startRedis({ appendOnly: true }));
    const started = await Promise.all(
      SERVICES.map(async (name) => [name, keep(await startService(name, { BUS_URL: redis.url }))] as const),
    );
    const services = Object.fromEntries(started) as Record<ServiceName, ServiceProcess>;
    const conf = ({ port, accessLog }: NginxPlaces): string => renderGateway(port, accessLog, services);
    const nginx = keep(await startNginx({ conf }));
    return { url: nginx.url, redis, nginx, services, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A built app as a process of its own. */
export function startService(
  app: ServiceName | 'standalone',
  env: Readonly<Record<string, string>> = {},
): Promise<ServiceProcess> {
  return startProcess({ file: resolve(ROOT, 'dist/apps', app, 'main.cjs'), env });
}

/** The very template and script of the gateway's image. */
function renderGateway(port: number, accessLog: string, services: Record<ServiceName, ServiceProcess>): string {
  const gateway = resolve(ROOT, 'apps/gateway');
  const upstreams = SERVICES.map((name) => [`UPSTREAM_${name.toUpperCase()}`, `127.0.0.1:${services[name].port}`]);
  return execFileSync('sh', [`${gateway}/bin/render.sh`, `${gateway}/conf/gateway.conf.template`], {
    encoding: 'utf8',
    env: {
      PATH: process.env['PATH'],
      LISTEN: `127.0.0.1:${port}`,
      ACCESS_LOG: accessLog,
      WORKER_PROCESSES: '1',
      ...(Object.fromEntries(upstreams) as Record<string, string>),
    },
  });
}
