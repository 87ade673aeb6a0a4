import type { Settings } from '@tetracast/service-kit';

/**
 * How long the server keeps the subscriptions of a client that is away: as long as messages, and at least until the client notices that
 * its connection is dead. It notices after HEARTBEAT_INTERVAL and HEARTBEAT_TIMEOUT; the last save may then be half of this time and
 * one HEARTBEAT_INTERVAL old.
 */
export function sessionTtlMs({ historyTtlMs, heartbeatIntervalMs, heartbeatTimeoutMs }: Settings): number {
  return Math.max(historyTtlMs, 4 * heartbeatIntervalMs + 2 * heartbeatTimeoutMs);
}
