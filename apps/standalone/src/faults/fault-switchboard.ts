import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { LabFaults } from '@tetracast/web';
import { FaultProxy, type Fault } from './fault-proxy';
import { isOfPage, isSecret, pageHostOf } from './page-guard';
import { WireRecord } from './wire-record';

/** The panels of the lab page. The SDK has one proxy for all the transports that it tries. */
export const TRANSPORTS = ['polling', 'sse', 'websocket', 'socketio', 'sdk'] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** How long the server is away when the page restarts it: until each client has tried to come back, within these bounds. */
const MIN_AWAY_MS = 3000;
const MAX_AWAY_MS = 10_000;

/** The proxies of all panels, and what the lab page may do with them. */
export class FaultSwitchboard implements LabFaults {
  readonly wire = new WireRecord();
  private readonly secret = randomBytes(24).toString('base64url');
  private readonly proxies = new Map<Transport, FaultProxy>();
  private pagePort = 0;
  private isAway = false;
  private readonly closing = new AbortController();

  /**
   * `drain` closes the connections of the service as its stop does. `canExpire`: the server can make tokens that expire soon.
   */
  constructor(
    private readonly drain: () => void,
    private readonly canExpire: boolean,
  ) {}

  async open(target: { readonly host: string; readonly port: number }): Promise<void> {
    this.pagePort = target.port;
    for (const transport of TRANSPORTS) {
      const proxy = await FaultProxy.open({
        transport,
        target,
        wire: this.wire,
        pageOf: ({ headers }, port) => pageHostOf(headers, port, target.port),
      });
      this.proxies.set(transport, proxy);
    }
  }

  async close(): Promise<void> {
    this.closing.abort();
    await Promise.all([...this.proxies.values()].map((proxy) => proxy.close()));
    this.proxies.clear();
  }

  connectSources(host: string): string[] {
    const name = host.replace(/:\d+$/, '');
    return this.ports.flatMap(([, port]) => [`http://${name}:${port}`, `ws://${name}:${port}`]);
  }

  describe(headers: IncomingHttpHeaders): object | undefined {
    if (this.proxies.size === 0 || !isOfPage(headers, this.pagePort)) return undefined;
    const active = Object.fromEntries([...this.proxies].map(([transport, proxy]) => [transport, proxy.active]));
    return { secret: this.secret, ports: Object.fromEntries(this.ports), active, canExpire: this.canExpire };
  }

  /** Whether the page itself sent this request: it is of the page's origin, and has the secret. */
  allows(headers: IncomingHttpHeaders): boolean {
    return isOfPage(headers, this.pagePort) && isSecret(headers['x-lab-secret'], this.secret);
  }

  set(fault: Fault, isOn: boolean, transport?: Transport): void {
    for (const [name, proxy] of this.chosen(transport)) {
      this.wire.add({ transport: name, connection: 0, kind: 'event', event: isOn ? 'fault-on' : 'fault-off', fault });
      proxy.set(fault, isOn);
    }
  }

  cut(transport?: Transport): void {
    for (const [, proxy] of this.chosen(transport)) proxy.cut();
  }

  /** For the clients behind the proxies the server stops, is away for a while, and is back. The message log stays. */
  restart(): void {
    if (this.isAway) return;
    this.isAway = true;
    for (const name of this.proxies.keys()) this.wire.event(name, 'stopping');
    const allTried = Promise.all([...this.proxies.values()].map((proxy) => proxy.goAway()));
    this.drain();
    void this.comeBackAfter(allTried);
  }

  private async comeBackAfter(allTried: Promise<unknown>): Promise<void> {
    const { signal } = this.closing;
    try {
      await delay(MIN_AWAY_MS, undefined, { signal });
      await Promise.race([allTried, delay(MAX_AWAY_MS - MIN_AWAY_MS, undefined, { signal })]);
    } catch {
      return; // the service closes
    }
    this.isAway = false;
    for (const [name, proxy] of this.proxies) {
      proxy.comeBack();
      this.wire.event(name, 'back');
    }
  }

  private get ports(): [Transport, number][] {
    return [...this.proxies].map(([transport, { port }]) => [transport, port]);
  }

  private chosen(transport?: Transport): [Transport, FaultProxy][] {
    return [...this.proxies].filter(([name]) => transport === undefined || name === transport);
  }
}
