/** The keys that check tokens. All of them empty: there are no tokens, and the gateway is open. */
export interface KeySettings {
  readonly authSecret?: string;
  readonly authPublicKey?: string;
  readonly authJwksUrl?: string;
}

/** Which tokens are accepted, and how long what follows from them lasts. Durations in milliseconds. */
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

/** Under which names a service answers, and for pages of which origins. */
export interface OriginSettings extends KeySettings {
  readonly host: string;
  readonly allowedOrigins: readonly string[];
  readonly allowedHosts?: readonly string[];
  /** IP addresses and CIDR networks of proxies whose `X-Forwarded-*` headers count. */
  readonly trustProxy: readonly string[];
}

/** How many connections a process takes; 0 for one address or one user is no limit. */
export interface ConnectionSettings {
  readonly maxConnections: number;
  readonly maxConnectionsPerIp: number;
  readonly maxConnectionsPerUser: number;
}

/** How often one connection, one address and one user may do something in a second; 0 is no limit. */
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

/** How large the data of one message may be. */
export interface MessageSettings {
  /** Bytes of UTF-8, as JSON text. */
  readonly maxMessageBytes: number;
  /** Objects and lists within each other. */
  readonly maxDataDepth: number;
}

/** All settings of an operator that this library uses. */
export interface SessionSettings
  extends AccessSettings, Required<OriginSettings>, ConnectionSettings, RateSettings, MessageSettings {}
