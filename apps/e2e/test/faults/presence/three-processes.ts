import {
  freePort,
  NO_LIMITS,
  type NginxPlaces,
  type NginxServer,
  ROOMS_FILE,
  type ServiceProcess,
  startNginx,
} from '@tetracast/testing';
import { renderGateway, SERVICES, startService } from '../../system';
import type { FaultyRedis } from '../log-servers';
import { PROCESSES } from './script';

export const AUTH_SECRET = 'a secret of the tests, of more than 32 bytes';

/** Of a member after its last connection; of one that polls twice as long. */
const GRACE_MS = 1000;

interface Place {
  readonly port: number;
  readonly nginx: NginxServer;
  process: ServiceProcess | undefined;
  isPaused: boolean;
}

/** Processes with all transports, each behind a gateway of its own, on one message log. */
export class ThreeProcesses implements AsyncDisposable {
  private constructor(
    readonly redis: FaultyRedis,
    private readonly places: readonly Place[],
  ) {}

  /** `redis` ends with it. */
  static async start(redis: FaultyRedis): Promise<ThreeProcesses> {
    const places: Place[] = [];
    const system = new ThreeProcesses(redis, places);
    try {
      for (let index = 0; index < PROCESSES; index++) {
        const port = await freePort();
        const upstreams = Object.fromEntries(SERVICES.map((name) => [name, `127.0.0.1:${port}`]));
        const nginx = await startNginx({ conf: (at: NginxPlaces) => renderGateway(at, upstreams) });
        places.push({ port, nginx, process: undefined, isPaused: false });
      }
      await system.heal();
      return system;
    } catch (error) {
      await system[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Where the clients of a process connect. */
  url(index: number): string {
    return this.at(index).nginx.url;
  }

  /** Those that answer. */
  get running(): number[] {
    return [...this.places.keys()].filter((index) => !this.at(index).isPaused);
  }

  isPaused(index: number): boolean {
    return this.at(index).isPaused;
  }

  /** SIGKILL; another process takes its port when `meanwhile` is done. */
  async kill(index: number, meanwhile: () => Promise<void>): Promise<void> {
    const place = this.at(index);
    await place.process?.kill();
    await meanwhile();
    place.process = undefined;
    place.isPaused = false;
    await this.heal();
  }

  pause(index: number): void {
    const place = this.at(index);
    place.process?.signal('SIGSTOP');
    place.isPaused = true;
  }

  resume(): void {
    for (const place of this.places) {
      if (place.isPaused) place.process?.signal('SIGCONT');
      place.isPaused = false;
    }
  }

  /** Everything runs, but for what is paused. */
  async heal(): Promise<void> {
    await this.redis.heal();
    const env = {
      ...NO_LIMITS,
      ...{ MAX_CONNECTIONS_PER_USER: '0', SUBSCRIBE_RATE: '0/0/0', POLL_RATE: '0/0/0' },
      ...{ HISTORY_SIZE: '20000', HISTORY_TTL: '1h', LOG_LEVEL: 'warn', DRAIN_TIMEOUT: '2s' },
      ...{ PRESENCE_GRACE: `${GRACE_MS}ms`, PRESENCE_POLL_GRACE: `${2 * GRACE_MS}ms`, SSE_RETRY_INTERVAL: '100ms' },
      ...{ AUTH_SECRET, NAMESPACES_FILE: ROOMS_FILE, BUS_URL: this.redis.busUrl },
    };
    await Promise.all(
      this.places.map(async (place) => {
        place.process ??= await startService('standalone', env, { port: place.port });
      }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.resume();
    await Promise.all(this.places.map(async ({ process }) => process?.stop()));
    await Promise.all(this.places.map(({ nginx }) => nginx.close()));
    await this.redis[Symbol.asyncDispose]();
  }

  private at(index: number): Place {
    const place = this.places[index];
    if (place === undefined) throw new Error(`there is no process ${index}`);
    return place;
  }
}
