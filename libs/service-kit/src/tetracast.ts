import type { Bus } from '@tetracast/bus';
import type { Hub } from '@tetracast/hub';
import type { Runtime } from '@tetracast/node-io/runtime';
import type { AccessControl, ConnectionRegistry, Limits } from '@tetracast/session';
import type { Settings } from './settings/settings';

/** What every route of a service uses. */
export interface Tetracast {
  readonly settings: Settings;
  readonly bus: Bus;
  readonly hub: Hub;
  /** Decides what each client may do. */
  readonly access: AccessControl;
  readonly limits: Limits;
  /** The open sessions of this process. */
  readonly connections: ConnectionRegistry;
  /** Clocks, timers and randomness. */
  readonly runtime: Runtime;
  /** Whether the service is stopping: it closes connections, and routes must not open new ones. */
  readonly draining: boolean;
  /** With WORKERS: a name that the processes on this port share, and that cannot be guessed. */
  readonly group?: string;
}

declare module 'fastify' {
  interface FastifyInstance {
    readonly tetracast: Tetracast;
  }
}
