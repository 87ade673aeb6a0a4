import { Permissions, type TokenClaims } from '@tetracast/access';
import { MemoryBus } from '@tetracast/bus';
import { type Connection, type Framing, Hub, type Sink } from '@tetracast/hub';
import type { CloseName, TokenNotice } from '@tetracast/message-model';

/** A line that writes down what it is told. */
export class TestLine implements Sink {
  readonly framing: Framing = { name: 'test', encode: ({ data }) => Buffer.from(data) };
  readonly told: TokenNotice[] = [];
  closed: CloseName | undefined;
  readonly connection: Connection;

  constructor(hub: Hub, client?: string) {
    this.connection = hub.connect(this, client);
  }

  write(): boolean {
    return true;
  }

  sendReset(): void {
    // Not looked at.
  }

  sendNotice(notice: TokenNotice): void {
    this.told.push(notice);
  }

  close(reason: CloseName): void {
    this.closed = reason;
  }
}

export const createMemoryBus = (): MemoryBus => new MemoryBus({ retention: { size: 100, ttlMs: 60_000 } });

export const createHub = (): Hub => new Hub(createMemoryBus());

/** The grant of a token with these claims that lets its bearer subscribe to `news` and publish nothing. */
export function permissionsWith(claims: Partial<TokenClaims> = {}, subscribe: string[] = ['news']): Permissions {
  return Permissions.of({ ...claims, tetracast: { subscribe, publish: [], presence: [], admin: false } });
}
