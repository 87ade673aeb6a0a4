import type { Settings } from '@tetracast/service-kit';

/**
 * How long the server keeps the subscriptions of a client that is away: as long as the messages, and at least until the client
 * of a dead connection has noticed: HEARTBEAT_INTERVAL and HEARTBEAT_TIMEOUT, after the last save, half of that time and a HEARTBEAT_INTERVAL ago.
 */
export function sessionTtlMs({ historyTtlMs, heartbeatIntervalMs, heartbeatTimeoutMs }: Settings): number {
  return Math.max(historyTtlMs, 4 * heartbeatIntervalMs + 2 * heartbeatTimeoutMs);
}
