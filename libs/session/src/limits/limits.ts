import type { RateCounters } from '@tetracast/bus';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionSettings, OriginSettings, RateSettings } from '../session-settings';
import { ClientQuota, type ConnectionRates } from './client-quota';
import { type Arrival, type ClientAddress, createClientAddress, networkOf } from './client-address';
import { ConnectionLimits } from './connection-limits';
import { type RefusalCount, Refusals, type Refuse } from './refusals';
import { SharedRates } from './shared-rates';
import { exchangeRateCounts } from './exchange-rate-counts';

/** What there are rates for. */
export type Action = 'publish' | 'subscribe' | 'poll';

/** Whose rate: on all lines and transports, in all processes. */
type Scope = 'ip' | 'user';

const SCOPES: Readonly<Record<Scope, string>> = { ip: 'from one address', user: 'of one user' };

/** What clients may take of this process, and of all on the same log: one for all transports. */
export class Limits {
  readonly connections: ConnectionLimits;
  private readonly refusals = new Refusals();
  /** What counts as the address of a request. */
  readonly addressOf: ClientAddress;
  private readonly shared = new SharedRates();
  private readonly connectionRates: Readonly<Record<Action, number>>;
  private readonly sharedRates: Readonly<Record<Action, Readonly<Record<Scope, number>>>>;
  private readonly onConnection = new WeakMap<Socket, ConnectionRates>();
  private readonly stop: () => void;

  constructor(
    settings: ConnectionSettings & RateSettings & Pick<OriginSettings, 'trustProxy'>,
    counters: RateCounters,
  ) {
    this.connections = new ConnectionLimits(settings, this.refuse);
    const addressOf = createClientAddress(settings.trustProxy);
    this.addressOf = (request) => networkOf(addressOf(request));
    this.connectionRates = {
      publish: settings.publishRate,
      subscribe: settings.subscribeRate,
      poll: settings.pollRate,
    };
    this.sharedRates = {
      publish: { ip: settings.publishRatePerIp, user: settings.publishRatePerUser },
      subscribe: { ip: settings.subscribeRatePerIp, user: settings.subscribeRatePerUser },
      poll: { ip: settings.pollRatePerIp, user: settings.pollRatePerUser },
    };
    this.stop = exchangeRateCounts(counters, this.shared);
  }

  /** Who asks by this request: a plain one, or the handshake of a line. `user` is the subject of its token. */
  quotaFor(request: Arrival, user?: string): ClientQuota {
    return new ClientQuota(this, this.addressOf(request), user);
  }

  /**
   * Who asks by a plain request: what was asked for before on the same connection counts as well. Not behind a proxy that is
   * believed who its clients are: one connection of its is that of many.
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

  /** For one line, a second; 0 is no limit. */
  connectionRate(action: Action): number {
    return this.connectionRates[action];
  }

  /** @throws CodedError `rate_limited` */
  spendShared(action: Action, scope: Scope, who: string, now: number, cost = 1): void {
    const rate = this.sharedRates[action][scope];
    if (rate === 0 || this.shared.take(`${action} ${scope} ${who}`, rate, now, cost)) return;
    throw this.refuse('rate_limited', `${action}_per_${scope}`, `at most ${rate} a second ${SCOPES[scope]}: ${action}`);
  }
}
