import type { RedisServer } from '@tetracast/testing';

/** Redis as the services find it. */
export interface LogServers extends AsyncDisposable {
  /** The services' BUS_URL. */
  readonly busUrl: string;
  /** Resolves when it runs, whatever a case that failed has left. */
  heal(): Promise<void>;
}

/** Redis with faults that leave it of use: they can follow each other. */
export interface FaultyRedis extends LogServers {
  /** The server that is the primary before the first failover. */
  readonly primary: RedisServer;
  /** Ends the primary with a signal, and starts it again. */
  restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Another server becomes the primary. What is acknowledged during `tail` may be lost. */
  failOver(tail: () => Promise<void>): Promise<void>;
}
