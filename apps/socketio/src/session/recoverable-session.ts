import type { KeyValueStore } from '@tetracast/bus';
import { randomText, type Runtime } from '@tetracast/node-io/runtime';
import { formatPid, parsePid, tagOf } from './private-id';

const MAIN_NAMESPACE = '/';

const NONE: readonly string[] = [];

/** What `subscribe` and `unsubscribe` changed about the channels a client names when it connects. */
interface ChannelChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** To whom a session belongs: to one user, the subject of a token, in one namespace; or to a client without a token. */
export interface SessionOwner {
  readonly namespace: string;
  readonly user: string | undefined;
  /** Whether a token may come on the connection itself, so that a session without a user gets one. */
  readonly mayChange: boolean;
}

type Kept = ChannelChanges & { readonly user?: string };

/**
 * One client of one namespace over all its connections. Its private id is all a node needs to take it up again: the socket id stays
 * the same while it is recovered; the secret finds what is stored; when it was born says whether nothing stored means that there
 * was nothing; the tag says whose it is; the client key, its first socket id, names the client to others.
 */
export class RecoverableSession {
  // Arrays, empty for most: three sets are as much as all else of a session three times over.
  private named: readonly string[] = NONE;
  private added: readonly string[] = NONE;
  private removed: readonly string[] = NONE;
  private savedAt = 0;
  private unsaved = false;
  private saving: Promise<void> | undefined;
  private forgotten = false;

  private constructor(
    private currentId: string,
    /** The client key where the client names none. */
    readonly client: string,
    private readonly secret: string,
    private readonly bornS: number,
    private readonly namespace: string,
    private user: string | undefined,
    private readonly runtime: Runtime,
  ) {}

  static create(socketId: string, { namespace, user }: SessionOwner, runtime: Runtime): RecoverableSession {
    const bornS = Math.floor(runtime.now() / 1000);
    return new RecoverableSession(socketId, socketId, randomText(runtime, 16), bornS, namespace, user, runtime);
  }

  /**
   * The session that a private id stands for, with the changes of its earlier connections, which are kept for another `ttlMs`;
   * `undefined` when this server did not create it, or it belongs to another user.
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
    const { socketId, client, secret, bornS, tag } = parsed;
    const { namespace, user, mayChange } = owner;
    const session = new RecoverableSession(socketId, client, secret, bornS, namespace, user, runtime);
    const isTagged = tag === tagOf(secret, namespace, user);
    // In the namespace of a channel nothing is kept, unless the session became another's.
    const mayBeKept = session.isMain || !isTagged || (mayChange && user === undefined);
    return !mayBeKept || (await session.load(isTagged, store, ttlMs)) ? session : undefined;
  }

  /** Names the client while it is recovered. */
  get socketId(): string {
    return this.currentId;
  }

  get pid(): string {
    const { currentId: socketId, client, secret, bornS, namespace, user } = this;
    return formatPid({ socketId, client, secret, bornS, tag: tagOf(secret, namespace, user) });
  }

  /** Goes on under another socket id, and so under another private id, by which the client sees that it was not recovered. */
  rename(socketId: string): void {
    this.currentId = socketId;
  }

  /** A token came on the connection: from now on the session is this user's alone. Returns whether that has to be saved. */
  handTo(user: string | undefined): boolean {
    if (user === this.user) return false;
    this.user = user;
    this.unsaved = true;
    return true;
  }

  /** Whether its channels are forgotten: the client was away for longer than they are kept. */
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

  /**
   * Takes back those of the added channels that the client must not have any more, the channels it has before them being
   * `before`. Returns them.
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

  /** Finds the changes of an earlier connection, and keeps them for another `ttlMs`; `false` when they are another's. */
  private async load(isTagged: boolean, store: KeyValueStore, ttlMs: number): Promise<boolean> {
    const text = await store.getValue(this.key);
    if (text === undefined) {
      if (!isTagged) return false;
      // Within that time of its birth nothing can have expired: there were no changes.
      this.forgotten = this.isMain && this.ageMs > ttlMs;
    } else {
      const { user, added, removed } = JSON.parse(text) as Kept;
      if (user !== this.user) return false;
      this.added = added;
      this.removed = removed;
    }
    if (text !== undefined || this.isDue(ttlMs)) await this.save(store, ttlMs);
    return true;
  }

  /**
   * Keeps the changes for `ttlMs` from now. One save waits for another, so that the latest is what stays.
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

  /** Whether anything is kept of it, or should be. */
  get isKept(): boolean {
    return this.unsaved || this.savedAt > 0;
  }

  /**
   * Whether it should be saved again: at once if that failed; or else if what is kept is not to expire. That of a main namespace
   * is kept from half that time after its birth on, changed or not, since from then on nothing kept would not mean that there
   * was no change.
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
    await store.putValue(this.key, JSON.stringify(this.kept), ttlMs);
    this.savedAt = now;
    this.unsaved = false;
  }

  private get isMain(): boolean {
    return this.namespace === MAIN_NAMESPACE;
  }

  private get ageMs(): number {
    return this.runtime.now() - this.bornS * 1000;
  }

  private get kept(): Kept {
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
