export const LIMIT_DEFAULTS = {
  maxConnections: 50_000,
  maxConnectionsPerIp: 1000,
  maxConnectionsPerUser: 100,
  maxOpenChannels: 100_000,
  maxRewind: 10_000,
  publishRate: { connection: 1000, address: 5000, user: 5000 },
  subscribeRate: { connection: 50, address: 1000, user: 500 },
  pollRate: { connection: 200, address: 1000, user: 100 },
  keepAliveTimeoutMs: 72_000,
  maxBatchBytes: 4_194_304,
  maxMemoryBytes: 268_435_456,
};
