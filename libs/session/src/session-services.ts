import type { Bus } from '@tetracast/bus';
import type { Hub } from '@tetracast/hub';
import type { AccessControl } from './access/access-control';
import type { Limits } from './limits/limits';
import type { SessionSettings } from './session-settings';

/** What a session is made of, one of each for a whole service. */
export interface SessionServices {
  readonly settings: SessionSettings;
  readonly bus: Bus;
  readonly hub: Hub;
  /** Says who may do what; it is asked before anything is subscribed, sent or stored. */
  readonly access: AccessControl;
  readonly limits: Limits;
}
