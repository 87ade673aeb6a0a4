import type { Bus } from '@tetracast/bus';
import type { Settings } from '@tetracast/service-kit';
import { randomBytes } from 'node:crypto';

const PID = /^([A-Za-z0-9_-]{8,64})\.([A-Za-z0-9_-]{22})\.([0-9a-z]{1,9})\.([0-9]{1,9})$/;

const NONE: readonly string[] = [];

/** What `subscribe` and `unsubscribe` changed about the channels a client names when it connects. */
interface ChannelChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/**
 * How long what a client subscribed to is kept for it to come back: as long as the messages, and at least until the client of a
 * line that died has noticed: HEARTBEAT and HEARTBEAT_TIMEOUT, after it was kept half of that time and a HEARTBEAT ago.
 */
export function sessionTtlMs({ historyTtlMs, heartbeatMs, heartbeatTimeoutMs }: Settings): number {
  return Math.max(historyTtlMs, 4 * heartbeatMs + 2 * heartbeatTimeoutMs);
}

/**
 * One client of one namespace over all its connections. Its private id, `<socket id>.<secret>.<born>.<generation>`, is all a
 * node needs to take it up again: the socket id stays the same, and names the client to others; the secret finds what is
 * stored; when it was born (seconds, in base 36) says whether nothing stored means that there was nothing; and a new generation
 * is how the stock client learns that something was missed (`recovered` is false).
 */
export class Session {
  // Arrays, empty for most: three sets are as much as all else of a session three times over.
  private named: readonly string[] = NONE;
  private added: readonly string[] = NONE;
  private removed: readonly string[] = NONE;
  private savedAt = 0;
  private unsaved = false;
  private saving: Promise<void> | undefined;
  private forgotten = false;

  private constructor(
    readonly socketId: string,
    private readonly secret: string,
    private readonly bornS: number,
    private readonly generation: number,
  ) {}

  static create(socketId: string, now = Date.now()): Session {
    return new Session(socketId, randomBytes(16).toString('base64url'), Math.floor(now / 1000), 0);
  }

  /** The session that a private id stands for; `undefined` when it is none of ours. */
  static parse(pid: unknown): Session | undefined {
    const match = typeof pid === 'string' ? PID.exec(pid) : null;
    if (match === null) return undefined;
    const [, socketId = '', secret = '', born = '', generation = ''] = match;
    return new Session(socketId, secret, Number.parseInt(born, 36), Number(generation));
  }

  get pid(): string {
    return this.pidOf(this.generation);
  }

  /** The private id by which the client sees that it was not recovered. */
  get nextPid(): string {
    return this.pidOf(this.generation + 1);
  }

  /** Whether nobody can tell any more which channels it had: it was away for longer than that is kept. */
  get isForgotten(): boolean {
    return this.forgotten;
  }

  /** The channels the client is to have, those it names when it connects being `named`. */
  channels(named: readonly string[]): string[] {
    this.named = named;
    return [...new Set([...without(named, this.removed), ...this.added])];
  }

  add(names: readonly string[]): void {
    this.removed = without(this.removed, names);
    this.added = [...new Set([...this.added, ...without(names, this.named)])];
  }

  remove(names: readonly string[]): void {
    this.added = without(this.added, names);
    this.removed = [...new Set([...this.removed, ...names.filter((name) => this.named.includes(name))])];
  }

  /** Finds the changes of an earlier connection, and keeps them for another `ttlMs`. @throws BusUnavailableError */
  async load(bus: Bus, ttlMs: number): Promise<void> {
    const text = await bus.getState(this.key);
    const { added, removed } = JSON.parse(text ?? '{"added":[],"removed":[]}') as ChannelChanges;
    this.added = added;
    this.removed = removed;
    // Within that time of its birth nothing can have expired: there were no changes.
    this.forgotten = text === undefined && this.ageMs > ttlMs;
    if (text !== undefined || this.isDue(ttlMs)) await this.save(bus, ttlMs);
  }

  /**
   * Keeps the changes for `ttlMs` from now. One save waits for another, so that the latest is what stays.
   *
   * @throws BusUnavailableError
   */
  async save(bus: Bus, ttlMs: number): Promise<void> {
    const saving = this.saveAfter(this.saving, bus, ttlMs);
    this.saving = saving;
    try {
      await saving;
    } finally {
      if (this.saving === saving) this.saving = undefined;
    }
  }

  /** Whether anything is kept of it, or should be. */
  get isKept(): boolean {
    return this.unsaved || this.savedAt > 0;
  }

  /**
   * Whether it should be saved again: at once if that failed; or else if what is kept is not to expire, from half that time
   * after its birth on, changed or not, since from then on nothing kept would not mean that there was no change.
   */
  isDue(ttlMs: number): boolean {
    if (this.unsaved) return this.saving === undefined;
    return (this.isKept ? Date.now() - this.savedAt : this.ageMs) > ttlMs / 2;
  }

  private async saveAfter(earlier: Promise<void> | undefined, bus: Bus, ttlMs: number): Promise<void> {
    // Whoever asked for that one is told how it ended.
    if (earlier !== undefined) await earlier.catch(() => undefined);
    this.unsaved = true;
    const changes: ChannelChanges = { added: this.added, removed: this.removed };
    const now = Date.now();
    await bus.putState(this.key, JSON.stringify(changes), ttlMs);
    this.savedAt = now;
    this.unsaved = false;
  }

  private get ageMs(): number {
    return Date.now() - this.bornS * 1000;
  }

  private pidOf(generation: number): string {
    return `${this.socketId}.${this.secret}.${this.bornS.toString(36)}.${generation}`;
  }

  private get key(): string {
    return `socketio:${this.socketId}.${this.secret}`;
  }
}

function without(names: readonly string[], others: readonly string[]): readonly string[] {
  return others.length === 0 ? names : names.filter((name) => !others.includes(name));
}
