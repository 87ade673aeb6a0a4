import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  type NginxPlaces,
  type NginxServer,
  type RedisServer,
  type ServiceOptions,
  type ServiceProcess,
  startNginx,
  startProcess,
  startRedis,
  startTogether,
} from '@tetracast/testing';

const ROOT = resolve(__dirname, '../../..');

/** The names of the product's services: the apps with a descriptor. */
export const SERVICES: readonly string[] = readdirSync(resolve(ROOT, 'apps')).filter((app) =>
  existsSync(resolve(ROOT, 'apps', app, 'src/service.json')),
);

/** The services of the examples, which are no part of the product, and the built app of each. */
export const EXAMPLES = readdirSync(resolve(ROOT, 'examples')).map((folder) => {
  const { name } = JSON.parse(readFileSync(resolve(ROOT, 'examples', folder, 'src/service.json'), 'utf8')) as {
    name: string;
  };
  return { service: name, app: `example-${folder}`, folder: `examples/${folder}` };
});

/** The gateway's locations of an example, rendered as those of the product are. */
export function locationsOf({ service, folder }: (typeof EXAMPLES)[number], upstream: string): string {
  const rendered = execFileSync(process.execPath, [resolve(ROOT, 'tools/services.mjs'), '--locations', folder], {
    encoding: 'utf8',
  });
  return rendered.replaceAll(`\${UPSTREAM_${service.toUpperCase()}}`, upstream);
}

/** Everything that `docker compose up` runs, without the containers: built services, a real Redis and a real nginx. */
export interface System extends AsyncDisposable {
  /** Of the gateway. */
  readonly url: string;
  readonly redis: RedisServer;
  readonly nginx: NginxServer;
  readonly services: Readonly<Record<string, ServiceProcess>>;
}

/** `env`: settings of all services. */
export async function startSystem(env: Readonly<Record<string, string>> = {}): Promise<System> {
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
    const processes = await startTogether<ServiceProcess[]>(
      ...SERVICES.map((name) => startService(name, { ...env, BUS_URL: redis.url })),
    );
    const started = SERVICES.map((name, index) => [name, keep(processes[index]!)] as const);
    const services = Object.fromEntries(started);
    const upstreams = Object.fromEntries(started.map(([name, { port }]) => [name, `127.0.0.1:${port}`]));
    const conf = (places: NginxPlaces): string => renderGateway(places, upstreams);
    const nginx = keep(await startNginx({ conf }));
    return { url: nginx.url, redis, nginx, services, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A built app in a separate process, on a free port unless the options name one. */
export function startService(
  app: string,
  env: Readonly<Record<string, string>> = {},
  options: Omit<ServiceOptions, 'file' | 'env'> = {},
): Promise<ServiceProcess> {
  return startProcess({ ...options, file: resolve(ROOT, 'dist/apps', app, 'main.cjs'), env });
}

/** The very template and script of the gateway's image; `upstreams` is what stands for the address of each service. */
export function renderGateway({ port, accessLog }: NginxPlaces, upstreams: Readonly<Record<string, string>>): string {
  const gateway = resolve(ROOT, 'apps/gateway');
  const names = Object.entries(upstreams).map(([name, address]) => [`UPSTREAM_${name.toUpperCase()}`, address]);
  return execFileSync('sh', [`${gateway}/bin/render.sh`, `${gateway}/conf/gateway.conf.template`], {
    encoding: 'utf8',
    env: {
      PATH: process.env['PATH'],
      LISTEN: `127.0.0.1:${port}`,
      ACCESS_LOG: accessLog,
      WORKER_PROCESSES: '1',
      ...(Object.fromEntries(names) as Record<string, string>),
    },
  });
}
