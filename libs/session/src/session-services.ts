import type { Bus } from '@tetracast/bus';
import type { Hub } from '@tetracast/hub';
import type { AccessControl } from './access/access-control';
import type { Limits } from './limits/limits';
import type { ConnectionRegistry } from './processes/connection-registry';
import type { SessionSettings } from './session-settings';

/** What sessions use. A service has one of each. */
export interface SessionServices {
  readonly settings: SessionSettings;
  readonly bus: Bus;
  readonly hub: Hub;
  /** Decides what each client may do. */
  readonly access: AccessControl;
  readonly limits: Limits;
  /** The open sessions. */
  readonly connections: ConnectionRegistry;
}
