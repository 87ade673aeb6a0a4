import type { Bus } from '@tetracast/bus';
import type { Settings } from '@tetracast/service-kit';
import { randomBytes } from 'node:crypto';

const PID = /^([A-Za-z0-9_-]{8,64})\.([A-Za-z0-9_-]{22})\.([0-9]{1,9})$/;

/** What `subscribe` and `unsubscribe` changed about the channels a client names when it connects. */
interface ChannelChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** How long what a client subscribed to is kept for it to come back: as long as the messages, and over some heartbeats. */
export function sessionTtlMs({ historyTtlMs, heartbeatMs }: Settings): number {
  return Math.max(historyTtlMs, 4 * heartbeatMs);
}

/**
 * One client of one namespace over all its connections. Its private id, `<socket id>.<secret>.<generation>`, is all a node
 * needs to take it up again: the socket id stays the same, and names the client to others; the secret finds what is stored;
 * and a new generation is how the stock client learns that something was missed (`recovered` is false).
 */
export class Session {
  private named = new Set<string>();
  private readonly added = new Set<string>();
  private readonly removed = new Set<string>();
  private savedAt = 0;

  private constructor(
    readonly socketId: string,
    private readonly secret: string,
    private readonly generation: number,
  ) {}

  static create(socketId: string): Session {
    return new Session(socketId, randomBytes(16).toString('base64url'), 0);
  }

  /** The session that a private id stands for; `undefined` when it is none of ours. */
  static parse(pid: unknown): Session | undefined {
    const match = typeof pid === 'string' ? PID.exec(pid) : null;
    if (match === null) return undefined;
    const [, socketId = '', secret = '', generation = ''] = match;
    return new Session(socketId, secret, Number(generation));
  }

  get pid(): string {
    return `${this.socketId}.${this.secret}.${this.generation}`;
  }

  /** The private id by which the client sees that it was not recovered. */
  get nextPid(): string {
    return `${this.socketId}.${this.secret}.${this.generation + 1}`;
  }

  /** The channels the client is to have, those it names when it connects being `named`. */
  channels(named: readonly string[]): string[] {
    this.named = new Set(named);
    return [...new Set([...named.filter((name) => !this.removed.has(name)), ...this.added])];
  }

  add(names: readonly string[]): void {
    for (const name of names) {
      this.removed.delete(name);
      if (!this.named.has(name)) this.added.add(name);
    }
  }

  remove(names: readonly string[]): void {
    for (const name of names) {
      this.added.delete(name);
      if (this.named.has(name)) this.removed.add(name);
    }
  }

  /** Finds the changes of an earlier connection, and keeps them for another `ttlMs`. @throws BusUnavailableError */
  async load(bus: Bus, ttlMs: number): Promise<void> {
    const text = await bus.getState(this.key);
    if (text === undefined) return;
    const { added, removed } = JSON.parse(text) as ChannelChanges;
    for (const name of added) this.added.add(name);
    for (const name of removed) this.removed.add(name);
    await this.save(bus, ttlMs);
  }

  /** Keeps the changes for `ttlMs` from now. @throws BusUnavailableError */
  async save(bus: Bus, ttlMs: number): Promise<void> {
    const changes: ChannelChanges = { added: [...this.added], removed: [...this.removed] };
    this.savedAt = Date.now();
    await bus.putState(this.key, JSON.stringify(changes), ttlMs);
  }

  /** Whether there are changes, last saved more than `ageMs` ago. */
  isOlderThan(ageMs: number): boolean {
    return this.savedAt > 0 && Date.now() - this.savedAt > ageMs;
  }

  private get key(): string {
    return `socketio:${this.socketId}.${this.secret}`;
  }
}
