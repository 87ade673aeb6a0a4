import type { KeyValueStore } from '@tetracast/bus';
import { randomText, type Runtime } from '@tetracast/node-io/runtime';
import type { FastifyBaseLogger } from 'fastify';
import { networkInterfaces } from 'node:os';

/** How long a process that is gone is still found. */
const TTL_MS = 30_000;
const RENEW_MS = 10_000;
/** How long an address that was found is used without asking again. */
const REMEMBERED_MS = 5000;
const REMEMBERED_MAX = 1000;

const WILDCARDS: ReadonlySet<string> = new Set(['0.0.0.0', '::', '']);

/** Where a process of the service is, as it tells the others. */
interface Entry {
  /** An origin such as `http://10.0.0.7:3602`. Several processes may answer there: those with the same key. */
  readonly address: string;
  /** Known by those who read the bus; a request with it was forwarded by one of them. */
  readonly key: string;
  /** An origin at which only this one answers, for those with the same key. */
  readonly door?: string;
}

/** The process to which a request belongs. */
export interface SessionOwner {
  readonly address: string;
  readonly key: string;
  /** Whether it alone answers there: it shares the port of this process. */
  readonly isNear: boolean;
}

/** Which process of the service is where. A session id begins with the id of the process that keeps the session. */
export class NodeDirectory {
  readonly id: string;
  private timer: NodeJS.Timeout | undefined;
  private readonly remembered = new Map<string, { entry: Entry; until: number }>();

  constructor(
    private readonly store: KeyValueStore,
    private readonly log: FastifyBaseLogger,
    private readonly runtime: Runtime,
    /** Known to the processes on this port, and to those who read the bus. */
    readonly key = randomText(runtime, 16, 'hex'),
  ) {
    this.id = randomText(runtime, 6, 'hex');
  }

  /**
   * Tells all processes that this one answers at `address`, an origin such as `http://10.0.0.7:3602`, and those with
   * its key that it alone answers at `door`. The last call counts.
   */
  async announce(address: string, door?: string): Promise<void> {
    const { key } = this;
    const entry: Entry = { address, key, ...(door === undefined ? {} : { door }) };
    const tell = (): Promise<void> =>
      this.store.putValue(keyOf(this.id), JSON.stringify(entry), TTL_MS).catch((error: unknown) => {
        // Told again in a moment; until then only this process itself can serve its sessions.
        this.log.debug(
          { err: error },
          'the address of this process could not be stored; other processes cannot forward to it',
        );
      });
    this.runtime.clearInterval(this.timer);
    this.timer = this.runtime.setInterval(() => void tell(), RENEW_MS).unref();
    await tell();
  }

  stop(): void {
    this.runtime.clearInterval(this.timer);
  }

  /** A new session id, which cannot be guessed. */
  createSessionId(): string {
    return `${this.id}.${randomText(this.runtime, 15)}`;
  }

  /** The other process that keeps a session; `undefined` when it is this one or none that is known. */
  async ownerOf(sessionId: string): Promise<SessionOwner | undefined> {
    const match = /^([0-9a-f]{12})\./.exec(sessionId);
    const id = match?.[1];
    if (id === undefined || id === this.id) return undefined;
    const entry = await this.find(id);
    if (entry === undefined) return undefined;
    const { address, key, door } = entry;
    const isNear = door !== undefined && key === this.key;
    return { address: isNear ? door : address, key, isNear };
  }

  private async find(id: string): Promise<Entry | undefined> {
    const known = this.remembered.get(id);
    if (known !== undefined && known.until > this.runtime.monotonicMs()) return known.entry;
    const text = await this.store.getValue(keyOf(id)).catch((error: unknown) => {
      // While the log is away, what was true a moment ago is the best there is.
      if (known === undefined) throw error;
      return JSON.stringify(known.entry);
    });
    if (this.remembered.size >= REMEMBERED_MAX) this.remembered.clear();
    // One that is not known may be about to tell.
    if (text === undefined) {
      this.remembered.delete(id);
      return undefined;
    }
    const entry = JSON.parse(text) as Entry;
    this.remembered.set(id, { entry, until: this.runtime.monotonicMs() + REMEMBERED_MS });
    return entry;
  }
}

/** The origin at which others reach a server that listens on `host`: where that is every address, the first outer one. */
export function ownAddress(host: string, port: number): string {
  if (!WILDCARDS.has(host)) return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const outer = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4');
  return `http://${outer?.address ?? '127.0.0.1'}:${port}`;
}

function keyOf(id: string): string {
  return `socketio-node:${id}`;
}
