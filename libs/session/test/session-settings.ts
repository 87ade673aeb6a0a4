import type { SessionSettings } from '../src/session-settings';

/** Settings like the defaults of a service, but for `changed`. This library knows no defaults: service-kit parses them. */
export function sessionSettings(changed: Partial<SessionSettings> = {}): SessionSettings {
  return {
    authSecret: '',
    authPublicKey: '',
    authJwksUrl: '',
    authAlgorithms: [],
    authIssuer: '',
    authAudience: '',
    authLeewayMs: 5000,
    authTimeoutMs: 10_000,
    jwksStaleMs: 3_600_000,
    maxTokenAgeMs: 0,
    tokenExpiryWarningMs: 60_000,
    ticketUnusedMs: 30_000,
    revocationTtlMs: 86_400_000,
    publicSubscribe: [],
    publicPublish: [],
    host: '127.0.0.1',
    allowedOrigins: [],
    allowedHosts: [],
    trustProxy: [],
    maxConnections: 50_000,
    maxConnectionsPerIp: 1000,
    maxConnectionsPerUser: 100,
    publishRate: { connection: 1000, address: 5000, user: 5000 },
    subscribeRate: { connection: 50, address: 1000, user: 500 },
    pollRate: { connection: 200, address: 1000, user: 100 },
    maxMessageBytes: 65_536,
    maxDataDepth: 64,
    namespaces: new Map(),
    ...changed,
  };
}
