import type { KeyValueStore } from '@tetracast/bus';
import { randomText, type Runtime } from '@tetracast/node-io/runtime';
import type { FastifyBaseLogger } from 'fastify';
import { networkInterfaces } from 'node:os';

/** How long the store keeps the address of a process. */
const TTL_MS = 30_000;
const RENEW_MS = 10_000;
/** How long a process uses an address before it reads the store again. */
const CACHE_TTL_MS = 5000;
const CACHE_MAX = 1000;

const WILDCARDS: ReadonlySet<string> = new Set(['0.0.0.0', '::', '']);

/** How the other processes reach a process of the service. */
interface Entry {
  /** An origin such as `http://10.0.0.7:3602`. Several processes with the same key may share it. */
  readonly address: string;
  /** Only processes that read the store know it: one of them forwarded a request with this key. */
  readonly key: string;
  /** The origin of the process alone, for the others with its key. */
  readonly workerAddress?: string;
}

/** The process that keeps the session of a request. */
export interface SessionOwner {
  readonly address: string;
  readonly key: string;
  /** Whether it shares the port of this process; `address` is then that of its worker listener. */
  readonly isSibling: boolean;
}

/** The addresses of the processes of the service. A session id begins with the id of the process that keeps the session. */
export class NodeDirectory {
  readonly id: string;
  private timer: NodeJS.Timeout | undefined;
  private readonly cache = new Map<string, { entry: Entry; until: number }>();

  constructor(
    private readonly store: KeyValueStore,
    private readonly log: FastifyBaseLogger,
    private readonly runtime: Runtime,
    /** Shared by the processes on this port. Default: one for this process alone. */
    readonly key = randomText(runtime, 16, 'hex'),
  ) {
    this.id = randomText(runtime, 6, 'hex');
  }

  /**
   * Stores the origin of this process, such as `http://10.0.0.7:3602`, for all processes, and `workerAddress` for those with the same
   * key. The last call counts.
   */
  async announce(address: string, workerAddress?: string): Promise<void> {
    const { key } = this;
    const entry: Entry = { address, key, ...(workerAddress === undefined ? {} : { workerAddress }) };
    const store = (): Promise<void> =>
      this.store.putValue(keyOf(this.id), JSON.stringify(entry), TTL_MS).catch((error: unknown) => {
        // The timer stores it again. Until then only this process can serve its sessions.
        this.log.debug(
          { err: error },
          'the server could not store the address of this process: until it can, other processes cannot forward requests to it',
        );
      });
    this.runtime.clearInterval(this.timer);
    this.timer = this.runtime.setInterval(() => void store(), RENEW_MS).unref();
    await store();
  }

  stop(): void {
    this.runtime.clearInterval(this.timer);
  }

  /** A new session id, which cannot be guessed. */
  createSessionId(): string {
    return `${this.id}.${randomText(this.runtime, 15)}`;
  }

  /** The other process that keeps a session; `undefined` if it is this process, or unknown. */
  async ownerOf(sessionId: string): Promise<SessionOwner | undefined> {
    const match = /^([0-9a-f]{12})\./.exec(sessionId);
    const id = match?.[1];
    if (id === undefined || id === this.id) return undefined;
    const entry = await this.find(id);
    if (entry === undefined) return undefined;
    const { address, key, workerAddress } = entry;
    const isSibling = workerAddress !== undefined && key === this.key;
    return { address: isSibling ? workerAddress : address, key, isSibling };
  }

  private async find(id: string): Promise<Entry | undefined> {
    const known = this.cache.get(id);
    if (known !== undefined && known.until > this.runtime.monotonicMs()) return known.entry;
    const text = await this.store.getValue(keyOf(id)).catch((error: unknown) => {
      // While the store cannot be reached, the last known address is used.
      if (known === undefined) throw error;
      return JSON.stringify(known.entry);
    });
    if (this.cache.size >= CACHE_MAX) this.cache.clear();
    // Not cached: the process may be about to store its address.
    if (text === undefined) {
      this.cache.delete(id);
      return undefined;
    }
    const entry = JSON.parse(text) as Entry;
    this.cache.set(id, { entry, until: this.runtime.monotonicMs() + CACHE_TTL_MS });
    return entry;
  }
}

/** The origin of a server that listens on `host`, for other processes. If it listens on all addresses, the first external one. */
export function ownAddress(host: string, port: number): string {
  if (!WILDCARDS.has(host)) return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const external = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4');
  return `http://${external?.address ?? '127.0.0.1'}:${port}`;
}

function keyOf(id: string): string {
  return `socketio-node:${id}`;
}
