import type { Bus } from '@tetracast/bus';
import type { Hub } from '@tetracast/hub';
import type { Runtime } from '@tetracast/node-io/runtime';
import type { AccessControl, Limits } from '@tetracast/session';
import type { Settings } from './settings/settings';

/** What every route of a service works with. */
export interface Tetracast {
  readonly settings: Settings;
  readonly bus: Bus;
  readonly hub: Hub;
  /** Who may do what: asked before anything is subscribed, sent or stored. */
  readonly access: AccessControl;
  readonly limits: Limits;
  /** Clocks, timers and randomness. */
  readonly runtime: Runtime;
  /** Whether the service is stopping: lines are closed, and no new one should be opened. */
  readonly draining: boolean;
  /** Where several processes serve the port (WORKERS): what they, and only they, are called; not to be guessed. */
  readonly group?: string;
}

declare module 'fastify' {
  interface FastifyInstance {
    readonly tetracast: Tetracast;
  }
}
