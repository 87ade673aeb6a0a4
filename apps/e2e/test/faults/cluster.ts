import {
  freePort,
  NO_LIMITS,
  type NginxPlaces,
  type NginxServer,
  pollUntil,
  type ServiceProcess,
  startNginx,
} from '@tetracast/testing';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { EXAMPLES, locationsOf, renderGateway, SERVICES, startService } from '../system';
import type { LogServers } from './log-servers';

/** The services that carry messages, and the built app of each. */
export const TRANSPORTS: readonly { readonly service: string; readonly app: string }[] = [
  ...SERVICES.filter((name) => name !== 'web').map((name) => ({ service: name, app: name })),
  ...EXAMPLES,
];

const SETTINGS = {
  HISTORY_SIZE: '20000',
  // So few that a client which was away does not find its cursor in the log of `short`.
  HISTORY_NAMESPACES: 'short=20/10m',
  SSE_RETRY_INTERVAL: '100ms',
  DRAIN_TIMEOUT: '2s',
  LOG_LEVEL: 'warn',
};

/** One running copy of a service; its port stays when the process is replaced. */
interface Replica {
  readonly service: string;
  readonly app: string;
  readonly port: number;
  process: ServiceProcess | undefined;
}

/** The whole system, and everything that can be done to it. */
export class Cluster<L extends LogServers> implements AsyncDisposable {
  private constructor(
    /** Closed with it. */
    readonly log: L,
    private replicas: readonly Replica[],
    private nginx: NginxServer,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  /** `env`: more settings of all services. */
  static async start<L extends LogServers>(log: L, env: Readonly<Record<string, string>> = {}): Promise<Cluster<L>> {
    const started: AsyncDisposable[] = [log];
    try {
      const replicas = await Promise.all(TRANSPORTS.map(async (each) => ({ ...each, port: await freePort() })));
      const nginx = await startNginx({ conf: confFor(replicas) });
      started.push(nginx);
      const cluster = new Cluster(
        log,
        replicas.map((replica) => ({ ...replica, process: undefined })),
        nginx,
        env,
      );
      started.splice(0, started.length, cluster);
      await cluster.startServices();
      return cluster;
    } catch (error) {
      for (const part of started.reverse()) await part[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Of the gateway. */
  get url(): string {
    return this.nginx.url;
  }

  /** What a case that failed may have left broken is in order again, with `replicas` copies of each service. */
  async heal(replicas: number): Promise<void> {
    await this.log.heal();
    await this.startServices();
    await this.scale(replicas);
  }

  /** Starts every service that does not run, on its old port. */
  async startServices(replicas = this.replicas): Promise<void> {
    await Promise.all(
      replicas.map(async (replica) => {
        replica.process ??= await startService(
          replica.app,
          { ...NO_LIMITS, ...SETTINGS, ...this.env, BUS_URL: this.log.busUrl },
          { port: replica.port },
        );
      }),
    );
  }

  /** SIGKILL to every service at once. */
  async killServices(): Promise<void> {
    await Promise.all(this.replicas.map(async (replica) => this.end(replica, (process) => process.kill())));
  }

  /** SIGKILL or SIGTERM to a service, which starts again when `meanwhile` is done. */
  async replace(service: string, how: 'kill' | 'stop', meanwhile?: () => Promise<unknown>): Promise<void> {
    const replaced = this.replicas.filter((replica) => replica.service === service);
    await Promise.all(replaced.map((replica) => this.end(replica, (process) => process[how]())));
    await meanwhile?.();
    await this.startServices(replaced);
  }

  /** So many copies of each service behind nginx. */
  async scale(count: number): Promise<void> {
    if (this.replicas.length === count * TRANSPORTS.length) return;
    const wanted = await Promise.all(
      TRANSPORTS.map(async (each) => {
        const kept = this.replicas.filter(({ service }) => service === each.service).slice(0, count);
        while (kept.length < count) kept.push({ ...each, port: await freePort(), process: undefined });
        return kept;
      }),
    );
    const left = this.replicas.filter((replica) => !wanted.flat().includes(replica));
    this.replicas = wanted.flat();
    await this.startServices();
    await this.nginx.reload(confFor(this.replicas));
    await Promise.all(left.map((replica) => this.end(replica, (process) => process.stop())));
  }

  /** One copy of each service after the other is stopped in good order and started again. */
  async restartOneByOne(between: () => Promise<void>): Promise<void> {
    const rows = TRANSPORTS.map((each) => this.replicas.filter(({ service }) => service === each.service));
    const rounds = Math.max(...rows.map(({ length }) => length));
    for (let round = 0; round < rounds; round++) {
      const restarted = rows.flatMap((row) => row[round] ?? []);
      await Promise.all(restarted.map((replica) => this.end(replica, (process) => process.stop())));
      await this.startServices(restarted);
      await between();
    }
  }

  /** SIGHUP; resolves when the last of the old workers has ended, and with it every connection it had. */
  async reloadNginx(): Promise<void> {
    const { pid } = this.nginx;
    const workers = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ').filter(Boolean);
    await this.nginx.reload();
    const left = (): string[] => workers.filter((worker) => existsSync(`/proc/${worker}`));
    await pollUntil(left, ({ length }) => length === 0);
  }

  async restartNginx(): Promise<void> {
    const { port } = this.nginx;
    await this.nginx.close();
    this.nginx = await startNginx({ conf: confFor(this.replicas), port });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.nginx.close();
    await Promise.all(this.replicas.map((replica) => this.end(replica, (process) => process.stop())));
    await this.log[Symbol.asyncDispose]();
  }

  private async end(replica: Replica, how: (process: ServiceProcess) => Promise<unknown>): Promise<void> {
    const { process } = replica;
    replica.process = undefined;
    if (process !== undefined) await how(process);
  }
}

/** The gateway's conf, with a group of servers in place of each service's one address. */
function confFor(replicas: readonly Pick<Replica, 'service' | 'port'>[]): (places: NginxPlaces) => string {
  const groups = TRANSPORTS.map(({ service: name }) => {
    const servers = replicas.filter(({ service }) => service === name);
    // As with the name server of the real one, no server is left out for having failed before.
    return `upstream ${name}_group { ${servers.map(({ port }) => `server 127.0.0.1:${port} max_fails=0;`).join(' ')} }`;
  });
  const locations = EXAMPLES.map((example) => locationsOf(example, `${example.service}_group`)).join('\n');
  return (places) =>
    renderGateway(
      places,
      Object.fromEntries(SERVICES.map((name) => [name, name === 'web' ? '127.0.0.1:9' : `${name}_group`])),
    )
      .replace('location = /healthz', `${locations}\nlocation = /healthz`)
      .replace('http {', `http {\n${groups.join('\n')}`)
      // Otherwise an old worker keeps its connections for ten seconds.
      .replace(/worker_shutdown_timeout \w+;/, 'worker_shutdown_timeout 500ms;');
}
