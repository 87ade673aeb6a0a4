import type { Grant } from '@tetracast/access';
import type { Connection } from '@tetracast/hub';
import { Deadlines } from '../deadlines';
import { LinePermit } from './permit';

/** How exactly the end of a token is kept. */
const TICK_MS = 100;

export interface PermitOptions {
  /** By which others may find the line besides its connection's id: the client key it was given. */
  readonly client?: string | undefined;
  /** Called with each grant that takes the place of another. */
  readonly onRenewed?: ((grant: Grant) => void) | undefined;
}

interface PermitsSettings {
  readonly tokenExpiringMs: number;
  readonly authLeewayMs: number;
}

/** The permits of all lines of this process, and one timer for the ends of them all. */
export class Permits {
  private readonly open = new Set<LinePermit>();
  private readonly byName = new Map<string, Set<LinePermit>>();
  private readonly deadlines = new Deadlines<LinePermit>(TICK_MS, (permit) => {
    this.reached(permit);
  });

  constructor(private readonly settings: PermitsSettings) {}

  /** Opens the permit of a line, until that is gone. */
  add(grant: Grant, connection: Connection, { client, onRenewed }: PermitOptions = {}): LinePermit {
    const permit = new LinePermit(grant, connection, onRenewed);
    const names = client === undefined ? [connection.id] : [connection.id, client];
    this.open.add(permit);
    for (const name of names) this.named(name).add(permit);
    this.schedule(permit);
    // It may be gone already, while its token was looked at.
    connection.whenLeft(() => {
      this.open.delete(permit);
      this.unschedule(permit);
      for (const name of names) this.forget(name, permit);
    });
    return permit;
  }

  /** @throws CodedError `forbidden`, or what `admit` throws */
  renew(permit: LinePermit, grant: Grant, admit?: (grant: Grant) => void): void {
    permit.renew(grant, admit);
    this.schedule(permit);
  }

  /** @throws CodedError `forbidden` */
  renewFromElsewhere(permit: LinePermit, grant: Grant): void {
    permit.renewFromElsewhere(grant);
    this.schedule(permit);
  }

  /** The permits of the lines for which this grant is meant, if it is brought for a name: a connection's id, or a client key. */
  find(name: string, grant: Grant): readonly LinePermit[] {
    return [...(this.byName.get(name) ?? [])].filter((permit) => permit.isMeantBy(name, grant));
  }

  /** Ends the lines whose grant has been taken back. */
  endThose(isRevoked: (grant: Grant) => boolean): void {
    for (const permit of [...this.open]) if (isRevoked(permit.grant)) permit.connection.end('unauthorized');
  }

  /** Ends a line that has not brought a token by then. */
  expectToken(permit: LinePermit, withinMs: number): void {
    this.unschedule(permit);
    this.wait(permit, withinMs);
  }

  private schedule(permit: LinePermit): void {
    this.unschedule(permit);
    const { expiresAtMs } = permit.grant;
    if (expiresAtMs === undefined) return;
    const { tokenExpiringMs, authLeewayMs } = this.settings;
    const atMs = permit.warned ? expiresAtMs + authLeewayMs : expiresAtMs - tokenExpiringMs;
    this.wait(permit, Math.max(0, atMs - Date.now()));
  }

  private wait(permit: LinePermit, ms: number): void {
    // A line may go while its new token is looked at; nothing would take it out again.
    if (this.open.has(permit)) permit.due = this.deadlines.add(permit, ms);
  }

  private unschedule(permit: LinePermit): void {
    if (permit.due !== undefined) this.deadlines.remove(permit, permit.due);
    permit.due = undefined;
  }

  private reached(permit: LinePermit): void {
    const { connection, grant, warned } = permit;
    permit.due = undefined;
    // One that was due at the same tick may have ended its whole line.
    if (!this.open.has(permit)) return;
    if (grant.expiresAtMs === undefined) connection.end('unauthorized');
    else if (warned) connection.end('token_expired');
    else {
      permit.warned = true;
      connection.sink.notify?.({ type: 'token_expiring', connection: connection.id, expires: grant.expiresAtMs });
      this.schedule(permit);
    }
  }

  private named(name: string): Set<LinePermit> {
    let permits = this.byName.get(name);
    if (permits === undefined) this.byName.set(name, (permits = new Set()));
    return permits;
  }

  private forget(name: string, permit: LinePermit): void {
    const permits = this.byName.get(name);
    if (permits?.delete(permit) === true && permits.size === 0) this.byName.delete(name);
  }
}
