import type { RateCounters } from '@tetracast/bus';
import type { Runtime } from '@tetracast/node-io/runtime';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionSettings, OriginSettings, Rates, RateSettings } from '../session-settings';
import { ClientQuota, type ConnectionRates } from './client-quota';
import { type Arrival, type ClientAddress, createClientAddress, networkOf } from './client-address';
import { ConnectionLimits } from './connection-limits';
import { type RefusalCount, Refusals, type Refuse } from './refusals';
import { SharedRates } from './shared-rates';
import { exchangeRateCounts } from './exchange-rate-counts';

/** The actions that have rates. */
export type Action = 'publish' | 'subscribe' | 'poll';

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
  private readonly rates: Readonly<Record<Action, Rates>>;
  private readonly onConnection = new WeakMap<Socket, ConnectionRates>();
  private readonly stop: () => void;

  constructor(
    settings: ConnectionSettings & RateSettings & Pick<OriginSettings, 'trustProxy'>,
    counters: RateCounters,
    readonly runtime: Runtime,
  ) {
    this.connections = new ConnectionLimits(settings, this.refuse);
    const addressOf = createClientAddress(settings.trustProxy);
    this.addressOf = (request) => networkOf(addressOf(request));
    this.rates = { publish: settings.publishRate, subscribe: settings.subscribeRate, poll: settings.pollRate };
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

  /** The rate of one connection, a second; 0 is no limit. */
  connectionRate(action: Action): number {
    return this.rates[action].connection;
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
  spendShared(action: Action, scope: Scope, spender: string, now: number, cost = 1): void {
    const rate = this.rates[action][scope === 'ip' ? 'address' : 'user'];
    if (rate === 0 || this.shared.take(`${action} ${scope} ${spender}`, rate, now, cost)) return;
    throw this.refuse(
      'rate_limited',
      `${action}_per_${scope}`,
      `"${action}" is limited to ${rate} a second ${SCOPES[scope]}: try again later`,
    );
  }
}

const wrongKeysOf = (address: string): string => `wrong keys ip ${address}`;
