/** The keys that verify tokens. If all are empty, the server accepts no tokens and is open. */
export interface KeySettings {
  readonly authSecret?: string;
  readonly authPublicKey?: string;
  readonly authJwksUrl?: string;
}

/** Who may do something in a namespace: every client, a client whose token allows it, or back ends only, by the server API. */
export type Audience = 'public' | 'token' | 'backend';

/** What is different in one namespace. What it does not say is as in all others. */
export interface NamespacePolicy {
  readonly history?: { readonly size: number; readonly ttlMs: number };
  readonly subscribe?: Audience;
  readonly publish?: Audience;
  /** Limits messages of the namespace, besides the rate of all messages. */
  readonly publishRate?: Rates;
}

/** By the name of the namespace. */
export interface NamespaceSettings {
  readonly namespaces: ReadonlyMap<string, NamespacePolicy>;
}

/** Which tokens the server accepts, and the lifetimes of tickets, revocations and keys. Durations in milliseconds. */
export interface AccessSettings extends Required<KeySettings> {
  readonly authAlgorithms: readonly string[];
  readonly authIssuer: string;
  readonly authAudience: string;
  readonly authLeewayMs: number;
  readonly authTimeoutMs: number;
  readonly jwksStaleMs: number;
  readonly maxTokenAgeMs: number;
  readonly tokenExpiryWarningMs: number;
  readonly ticketUnusedMs: number;
  readonly revocationTtlMs: number;
  readonly publicSubscribe: readonly string[];
  readonly publicPublish: readonly string[];
}

/** The host names under which a service answers, and the origins whose pages may use it. */
export interface OriginSettings extends KeySettings {
  readonly host: string;
  readonly allowedOrigins: readonly string[];
  readonly allowedHosts?: readonly string[];
  /** IP addresses and CIDR networks of proxies whose `X-Forwarded-*` headers the server believes. */
  readonly trustProxy: readonly string[];
}

/** The maximum number of connections of one process, address and user; 0 for an address or a user is no limit. */
export interface ConnectionSettings {
  readonly maxConnections: number;
  readonly maxConnectionsPerIp: number;
  readonly maxConnectionsPerUser: number;
}

/** Actions a second of one connection, one address and one user; 0 is no limit. */
export interface Rates {
  readonly connection: number;
  readonly address: number;
  readonly user: number;
}

export interface RateSettings {
  readonly publishRate: Rates;
  readonly subscribeRate: Rates;
  readonly pollRate: Rates;
}

/** The maximum size of the data of one message. */
export interface MessageSettings {
  /** Bytes of UTF-8, as JSON text. */
  readonly maxMessageBytes: number;
  /** Objects and lists within each other. */
  readonly maxDataDepth: number;
}

/** All settings of an operator that this library uses. */
export interface SessionSettings
  extends
    AccessSettings,
    Required<OriginSettings>,
    ConnectionSettings,
    RateSettings,
    MessageSettings,
    NamespaceSettings {}
