import type { RateCounters } from '@tetracast/bus';
import type { Runtime } from '@tetracast/node-io/runtime';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { namespaceOf } from '@tetracast/message-model';
import type { ConnectionSettings, NamespaceSettings, OriginSettings, Rates, RateSettings } from '../session-settings';
import { ClientQuota, type ConnectionRates } from './client-quota';
import { type Arrival, type ClientAddress, createClientAddress, networkOf } from './client-address';
import { ConnectionLimits } from './connection-limits';
import { type RefusalCount, Refusals, type Refuse } from './refusals';
import { SharedRates } from './shared-rates';
import { exchangeRateCounts } from './exchange-rate-counts';

/** The actions that have rates. */
export type Action = 'publish' | 'subscribe' | 'poll';

/** What has rates: an action, or publishing in a namespace that has rates. */
export type RateName = Action | `publish ${string}`;

/** What a rate over all connections, transports and processes is for. */
type Scope = 'ip' | 'user';

const SCOPES: Readonly<Record<Scope, string>> = { ip: 'from one address', user: 'of one user' };

/** How many wrong API keys one address may send a second, over all processes. */
const WRONG_KEYS_RATE = 5;

/** The limits of clients in this process and, for rates, in all processes on one message log. All transports share it. */
export class Limits {
  readonly connections: ConnectionLimits;
  private readonly refusals = new Refusals();
  /** What counts as the address of a request. */
  readonly addressOf: ClientAddress;
  private readonly shared = new SharedRates();
  private readonly rates = new Map<string, Rates>();
  private readonly onConnection = new WeakMap<Socket, ConnectionRates>();
  private readonly stop: () => void;
  /** Whether some namespaces have rates. */
  readonly hasNamespaceRates: boolean;

  constructor(
    settings: ConnectionSettings & RateSettings & NamespaceSettings & Pick<OriginSettings, 'trustProxy'>,
    counters: RateCounters,
    readonly runtime: Runtime,
  ) {
    this.connections = new ConnectionLimits(settings, this.refuse);
    const addressOf = createClientAddress(settings.trustProxy);
    this.addressOf = (request) => networkOf(addressOf(request));
    const { publishRate, subscribeRate, pollRate, namespaces } = settings;
    const actions: Record<Action, Rates> = { publish: publishRate, subscribe: subscribeRate, poll: pollRate };
    for (const [action, rates] of Object.entries(actions)) this.rates.set(action, rates);
    for (const [name, { publishRate: rates }] of namespaces)
      if (rates !== undefined) this.rates.set(inNamespace(name), rates);
    this.hasNamespaceRates = this.rates.size > Object.keys(actions).length;
    this.stop = exchangeRateCounts(counters, this.shared, runtime);
  }

  /** The quota of the connection that this request opens. `user` is the subject of its token. */
  quotaFor(request: Arrival, user?: string): ClientQuota {
    return new ClientQuota(this, this.addressOf(request), user);
  }

  /**
   * The quota of a plain request. Earlier requests on the same TCP connection count too, but not behind a trusted proxy, whose
   * connection carries the requests of many clients.
   */
  quotaForRequest(request: IncomingMessage): ClientQuota {
    const { socket } = request;
    const address = this.addressOf(request);
    if (address !== networkOf(socket.remoteAddress)) return new ClientQuota(this, address, undefined);
    let own = this.onConnection.get(socket);
    if (own === undefined) this.onConnection.set(socket, (own = {}));
    return new ClientQuota(this, address, undefined, own);
  }

  /** The quota of a plain request for the rate of a namespace; `undefined` if no namespace has one. */
  namespaceQuota(request: IncomingMessage, user: string | undefined): ClientQuota | undefined {
    if (!this.hasNamespaceRates) return undefined;
    const quota = this.quotaForRequest(request);
    quota.identify(user);
    return quota;
  }

  /** How often each limit was reached. */
  get refused(): readonly RefusalCount[] {
    return this.refusals.counts;
  }

  close(): void {
    this.stop();
  }

  get refuse(): Refuse {
    return this.refusals.refuse;
  }

  /** What publishing on this channel spends besides `publish`; `undefined`: nothing. */
  namespaceRate(channel: string): RateName | undefined {
    const namespace = this.hasNamespaceRates ? namespaceOf(channel) : undefined;
    const name = namespace === undefined ? undefined : inNamespace(namespace);
    return name !== undefined && this.rates.has(name) ? name : undefined;
  }

  /** The rate of one connection, a second; 0 is no limit. */
  connectionRate(action: RateName): number {
    return this.ratesOf(action).connection;
  }

  /** Requires that the address has not sent too many wrong API keys, before a key is compared. @throws CodedError `rate_limited` */
  requireKeyAttempt(address: string): void {
    if (!this.shared.isSpent(wrongKeysOf(address), this.runtime.monotonicMs())) return;
    throw this.refuse(
      'rate_limited',
      'wrong_keys_per_ip',
      'too many wrong API keys from this address: correct the key, and try again later',
    );
  }

  countWrongKey(address: string): void {
    this.shared.take(wrongKeysOf(address), WRONG_KEYS_RATE, this.runtime.monotonicMs());
  }

  /** Spends a rate over all processes. @throws CodedError `rate_limited` */
  spendShared(action: RateName, scope: Scope, spender: string, now: number, cost = 1): void {
    const rate = this.ratesOf(action)[scope === 'ip' ? 'address' : 'user'];
    if (rate === 0 || this.shared.take(`${action} ${scope} ${spender}`, rate, now, cost)) return;
    throw this.refuse(
      'rate_limited',
      `${action}_per_${scope}`,
      `"${action}" is limited to ${rate} a second ${SCOPES[scope]}: try again later`,
    );
  }

  private ratesOf(name: RateName): Rates {
    return this.rates.get(name) ?? NO_RATES;
  }
}

const NO_RATES: Rates = { connection: 0, address: 0, user: 0 };

const inNamespace = (namespace: string): RateName => `publish ${namespace}`;

const wrongKeysOf = (address: string): string => `wrong keys ip ${address}`;
