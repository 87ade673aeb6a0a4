import { Permissions, type TokenClaims } from '@tetracast/access';
import { MemoryBus } from '@tetracast/bus';
import { type Connection, type Framing, Hub, type Sink } from '@tetracast/hub';
import type { CloseName, Notice } from '@tetracast/message-model';

/** A sink that records what it is handed. */
export class TestSink implements Sink {
  readonly framing: Framing = { name: 'test', encode: ({ data }) => Buffer.from(data) };
  readonly notices: Notice[] = [];
  closed: CloseName | undefined;
  /** Resolves when it is closed. */
  readonly whenClosed: Promise<CloseName>;
  private resolveClosed: (reason: CloseName) => void = () => undefined;

  constructor() {
    this.whenClosed = new Promise((resolve) => {
      this.resolveClosed = resolve;
    });
  }

  write(): boolean {
    return true;
  }

  sendReset(): void {
    // Not looked at.
  }

  sendNotice(notice: Notice): void {
    this.notices.push(notice);
  }

  close(reason: CloseName): void {
    this.closed = reason;
    this.resolveClosed(reason);
  }
}

/** A connection of the hub, with such a sink. */
export class TestConnection extends TestSink {
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
