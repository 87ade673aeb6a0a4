import type { Connection } from '@tetracast/hub';
import type { Runtime } from '@tetracast/node-io/runtime';
import type { Session } from '../session';

/** The least difference between the times of two connections, in ms. */
const STEP_MS = 0.001;

/** The open sessions of this process, by their connections, the oldest first. */
export class ConnectionRegistry {
  private readonly sessions = new Map<Connection, Session>();
  private readonly counts = new Map<string, number>();
  private latest = 0;

  constructor(readonly runtime: Runtime) {}

  /** Returns when the session was opened, in ms since 1970. No other session of this process has the same time. */
  add(session: Session): number {
    this.sessions.set(session.connection, session);
    this.count(session.transport, 1);
    this.latest = Math.max(this.runtime.now(), this.latest + STEP_MS);
    return this.latest;
  }

  remove(session: Session): void {
    if (this.sessions.delete(session.connection)) this.count(session.transport, -1);
  }

  /** All open sessions. Sessions may open and close while it is read. */
  all(): Iterable<Session> {
    return this.sessions.values();
  }

  find(connection: Connection): Session | undefined {
    return this.sessions.get(connection);
  }

  /** The number of open sessions by transport. */
  get byTransport(): Record<string, number> {
    return Object.fromEntries(this.counts);
  }

  private count(transport: string, change: number): void {
    this.counts.set(transport, (this.counts.get(transport) ?? 0) + change);
  }
}
