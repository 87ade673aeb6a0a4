import type { KeyValueStore } from '@tetracast/bus';
import { randomText, type Runtime } from '@tetracast/node-io/runtime';
import { formatPid, parsePid, tagOf } from './private-id';

const MAIN_NAMESPACE = '/';

const NONE: readonly string[] = [];

/** The changes of `subscribe` and `unsubscribe` to the channels that a client names when it connects. */
interface ChannelChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** The owner of a session: in one namespace a user, which is the subject of a token, or a client without a token. */
export interface SessionOwner {
  readonly namespace: string;
  readonly user: string | undefined;
  /** Whether a client may send a token on the connection, which gives the session a user. */
  readonly mayChange: boolean;
}

type Stored = ChannelChanges & { readonly user?: string };

/**
 * One client of one namespace over all its connections. Any process can resume it by its private id alone. That has the socket id,
 * which stays the same while the client is recovered; the secret, which is the key of what is stored; the time of creation, which
 * shows whether something may have been stored and expired; the tag of the owner; and the client key, its first socket id.
 */
export class RecoverableSession {
  // Arrays, since most are empty: three sets would take three times the memory of the rest of a session.
  private named: readonly string[] = NONE;
  private added: readonly string[] = NONE;
  private removed: readonly string[] = NONE;
  private savedAt = 0;
  private unsaved = false;
  private saving: Promise<void> | undefined;
  private forgotten = false;

  private constructor(
    private currentId: string,
    /** The client key if the client names none. */
    readonly client: string,
    private readonly secret: string,
    private readonly createdS: number,
    private readonly namespace: string,
    private user: string | undefined,
    private readonly runtime: Runtime,
  ) {}

  static create(socketId: string, { namespace, user }: SessionOwner, runtime: Runtime): RecoverableSession {
    const createdS = Math.floor(runtime.now() / 1000);
    return new RecoverableSession(socketId, socketId, randomText(runtime, 16), createdS, namespace, user, runtime);
  }

  /**
   * Resumes the session of a private id with the changes of its earlier connections, and keeps them for another `ttlMs`. `undefined`
   * if this server did not create the private id, or if the session belongs to another user.
   *
   * @throws BusUnavailableError
   */
  static async resume(
    pid: unknown,
    owner: SessionOwner,
    store: KeyValueStore,
    ttlMs: number,
    runtime: Runtime,
  ): Promise<RecoverableSession | undefined> {
    const parsed = parsePid(pid);
    if (parsed === undefined) return undefined;
    const { socketId, client, secret, createdS, tag } = parsed;
    const { namespace, user, mayChange } = owner;
    const session = new RecoverableSession(socketId, client, secret, createdS, namespace, user, runtime);
    const isTagged = tag === tagOf(secret, namespace, user);
    // In the namespace of a channel nothing is stored, unless the owner of the session changed.
    const mayBeStored = session.isMain || !isTagged || (mayChange && user === undefined);
    return !mayBeStored || (await session.load(isTagged, store, ttlMs)) ? session : undefined;
  }

  /** Identifies the client while it is recovered. */
  get socketId(): string {
    return this.currentId;
  }

  get pid(): string {
    const { currentId: socketId, client, secret, createdS, namespace, user } = this;
    return formatPid({ socketId, client, secret, createdS, tag: tagOf(secret, namespace, user) });
  }

  /** Changes the socket id, and so the private id, which shows the client that it was not recovered. */
  rename(socketId: string): void {
    this.currentId = socketId;
  }

  /** Makes the user of a new token the owner. Returns whether the session must be saved. */
  handTo(user: string | undefined): boolean {
    if (user === this.user) return false;
    this.user = user;
    this.unsaved = true;
    return true;
  }

  /** Whether the channels that the client added have expired, because it was away for too long. */
  get isForgotten(): boolean {
    return this.forgotten;
  }

  /** The channels of the client, if it names `named` when it connects. */
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

  /**
   * Removes those of the added channels for which `mayHave` returns `false`; `before` is the number of channels that the client has
   * without them. Returns them.
   */
  withdraw(mayHave: (name: string, before: number) => boolean): readonly string[] {
    let count = without(this.named, this.removed).length;
    const withdrawn = without(this.added, this.named).filter((name) => {
      const may = mayHave(name, count);
      if (may) count++;
      return !may;
    });
    this.added = without(this.added, withdrawn);
    if (withdrawn.length > 0) this.unsaved = true;
    return withdrawn;
  }

  /** Loads the changes of earlier connections, and keeps them for another `ttlMs`; `false` if another user owns them. */
  private async load(isTagged: boolean, store: KeyValueStore, ttlMs: number): Promise<boolean> {
    const text = await store.getValue(this.key);
    if (text === undefined) {
      if (!isTagged) return false;
      // Nothing can have expired within `ttlMs` of the creation: then there were no changes.
      this.forgotten = this.isMain && this.ageMs > ttlMs;
    } else {
      const { user, added, removed } = JSON.parse(text) as Stored;
      if (user !== this.user) return false;
      this.added = added;
      this.removed = removed;
    }
    if (text !== undefined || this.isDue(ttlMs)) await this.save(store, ttlMs);
    return true;
  }

  /**
   * Stores the changes for `ttlMs` from now. A save waits for the one before, so that the latest is what stays.
   *
   * @throws BusUnavailableError
   */
  async save(store: KeyValueStore, ttlMs: number): Promise<void> {
    const saving = this.saveAfter(this.saving, store, ttlMs);
    this.saving = saving;
    try {
      await saving;
    } finally {
      if (this.saving === saving) this.saving = undefined;
    }
  }

  /** Whether the session is stored, or should be. */
  get isKept(): boolean {
    return this.unsaved || this.savedAt > 0;
  }

  /**
   * Whether the session should be saved: at once after a failed save, and every half `ttlMs`, before it expires. In the main
   * namespace this begins half a `ttlMs` after its creation, also without changes: later, nothing stored would not mean that there
   * were none.
   */
  isDue(ttlMs: number): boolean {
    if (this.unsaved) return this.saving === undefined;
    if (this.isKept) return this.runtime.now() - this.savedAt > ttlMs / 2;
    return this.isMain && this.ageMs > ttlMs / 2;
  }

  private async saveAfter(earlier: Promise<void> | undefined, store: KeyValueStore, ttlMs: number): Promise<void> {
    // The caller of that save gets its error.
    if (earlier !== undefined) await earlier.catch(() => undefined);
    this.unsaved = true;
    const now = this.runtime.now();
    await store.putValue(this.key, JSON.stringify(this.stored), ttlMs);
    this.savedAt = now;
    this.unsaved = false;
  }

  private get isMain(): boolean {
    return this.namespace === MAIN_NAMESPACE;
  }

  private get ageMs(): number {
    return this.runtime.now() - this.createdS * 1000;
  }

  private get stored(): Stored {
    const { user, added, removed } = this;
    return user === undefined ? { added, removed } : { user, added, removed };
  }

  private get key(): string {
    return `socketio:${this.secret}${this.namespace}`;
  }
}

function without(names: readonly string[], others: readonly string[]): readonly string[] {
  return others.length === 0 ? names : names.filter((name) => !others.includes(name));
}
