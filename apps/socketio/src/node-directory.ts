import type { Bus } from '@tetracast/bus';
import type { FastifyBaseLogger } from 'fastify';
import { randomBytes } from 'node:crypto';
import { networkInterfaces } from 'node:os';

/** How long a process that is gone is still found. */
const TTL_MS = 30_000;
const RENEW_MS = 10_000;
/** How long an address that was found is used without asking again. */
const REMEMBERED_MS = 5000;
const REMEMBERED_MAX = 1000;

const WILDCARDS: ReadonlySet<string> = new Set(['0.0.0.0', '::', '']);

/** Which process of the service is where. A session id begins with the id of the process that keeps the session. */
export class NodeDirectory {
  readonly id = randomBytes(6).toString('hex');
  private timer: NodeJS.Timeout | undefined;
  private readonly remembered = new Map<string, { address: string | undefined; until: number }>();

  constructor(
    private readonly bus: Bus,
    private readonly log: FastifyBaseLogger,
  ) {}

  /** Tells all processes that this one answers at `address`, an origin such as `http://10.0.0.7:3602`. */
  async announce(address: string): Promise<void> {
    const tell = (): Promise<void> =>
      this.bus.putState(keyOf(this.id), address, TTL_MS).catch((error: unknown) => {
        // Told again in a moment; until then only this process itself can serve its sessions.
        this.log.debug({ err: error }, 'the address of this process could not be told');
      });
    this.timer = setInterval(() => void tell(), RENEW_MS).unref();
    await tell();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  sessionId(random: string): string {
    return `${this.id}.${random}`;
  }

  /** The address of the other process that keeps a session; `undefined` when it is this one or none that is known. */
  async ownerOf(sessionId: string): Promise<string | undefined> {
    const match = /^([0-9a-f]{12})\./.exec(sessionId);
    const id = match?.[1];
    if (id === undefined || id === this.id) return undefined;
    const known = this.remembered.get(id);
    if (known !== undefined && known.until > Date.now()) return known.address;
    const address = await this.bus.getState(keyOf(id)).catch((error: unknown) => {
      // While the log is away, what was true a moment ago is the best there is.
      if (known === undefined) throw error;
      return known.address;
    });
    if (this.remembered.size >= REMEMBERED_MAX) this.remembered.clear();
    this.remembered.set(id, { address, until: Date.now() + REMEMBERED_MS });
    return address;
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
