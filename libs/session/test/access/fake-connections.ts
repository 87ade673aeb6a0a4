import { Permissions, type TokenClaims } from '@tetracast/access';
import { MemoryBus } from '@tetracast/bus';
import { type Connection, Hub } from '@tetracast/hub';
import { QuietSink } from '@tetracast/hub/testing';

/** A connection of the hub, with such a sink. */
export class TestConnection extends QuietSink {
  readonly connection: Connection;

  constructor(hub: Hub, client?: string) {
    super();
    this.connection = hub.connect(this, client);
  }
}

export const createMemoryBus = (): MemoryBus => new MemoryBus({ retention: { size: 100, ttlMs: 60_000 } });

export const createHub = (): Hub => new Hub(createMemoryBus());

/** The permissions of a token with these claims that allows to subscribe to `news` and to publish nothing. */
export function permissionsWith(claims: Partial<TokenClaims> = {}, subscribe: string[] = ['news']): Permissions {
  return Permissions.of({ ...claims, tetracast: { subscribe, publish: [], presence: [], admin: false } });
}
