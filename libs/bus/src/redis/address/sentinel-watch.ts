import { nodeRuntime } from '@tetracast/node-io/runtime';
import { Redis } from 'ioredis';
import { redisBackOffMs } from '../connection/back-off';
import { disconnect } from '../connection/disconnect';
import { Problems, type ProblemsOptions } from '../problems';
import { reasonOf } from '../connection/reason';
import type { SentinelAddress } from './sentinel-url';

/** Published at the end of a failover: from now on the Sentinels answer with the new primary. */
const SWITCHED = '+switch-master';
/** Published just before a replica is promoted; the old primary learns of it last, after a second or much later. */
const PROMOTING = '+failover-state-send-slaveof-noone';

/** How long a Sentinel that does not answer keeps its connection open when the watch is closed. */
const DISCONNECT_TIMEOUT_MS = 500;

export interface SentinelEvents {
  /** Another server is about to become the primary: writes to the old one are lost from now on. */
  onPromoting(): void;
  /** Another server is the primary now; each Sentinel reports it once. */
  onSwitched(host: string, port: number): void;
}

/**
 * Receives changes of the primary from every Sentinel in BUS_URL. Without it a connection to the old primary could stay open,
 * above all when that one is cut off from the other servers but not from this process.
 */
export class SentinelWatch {
  private readonly connections: readonly Redis[];

  constructor(address: SentinelAddress, events: SentinelEvents, options: ProblemsOptions = {}) {
    const { runtime = nodeRuntime } = options;
    this.connections = address.sentinels.map(({ host, port }) => {
      const problems = new Problems(`the Sentinel at ${host}:${port}`, options);
      const report = (error: unknown): void => problems.report(reasonOf(error));
      const connection = new Redis({
        host,
        port,
        connectionName: 'tetracast-sentinel-watch',
        ...(address.tls && { tls: {} }),
        ...(address.sentinelUsername !== undefined && { username: address.sentinelUsername }),
        ...(address.sentinelPassword !== undefined && { password: address.sentinelPassword }),
        lazyConnect: true,
        disconnectTimeout: DISCONNECT_TIMEOUT_MS,
        enableReadyCheck: false,
        enableOfflineQueue: false,
        autoResubscribe: false,
        retryStrategy: (attempt) => redisBackOffMs(attempt, runtime),
      });
      // ioredis retries a Sentinel that it cannot reach; the others still report.
      connection.on('error', report);
      connection.on('ready', () => void connection.subscribe(SWITCHED, PROMOTING).then(() => problems.end(), report));
      connection.on('message', (event, text) => {
        if (event === SWITCHED) {
          const [name, , , newHost, newPort] = text.split(' ');
          if (name === address.name && newHost !== undefined) events.onSwitched(newHost, Number(newPort));
        } else if (text.includes(` @ ${address.name} `)) events.onPromoting();
      });
      connection.connect().catch(() => undefined);
      return connection;
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.connections.map(disconnect));
  }
}
