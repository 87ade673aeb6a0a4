import type { Bus } from './bus';
import { BusUrlError } from './bus-url-error';
import { MemoryBus } from './memory/memory-bus';
import type { BusLogger } from './bus-logger';
import type { Runtime } from '@tetracast/node-io/runtime';
import { RedisBus, type RedisBusSettings } from './redis/redis-bus';
import { isSentinelUrl } from './redis/address/sentinel-url';

export type BusSettings = RedisBusSettings;

export interface BusOptions {
  /** Logs why the bus cannot be used, and when it can be used again. Default: nothing is logged. */
  readonly logger?: BusLogger;
  /** Default: the real clocks and timers. */
  readonly runtime?: Runtime;
}

/**
 * The bus at `url`: `memory:`; `redis://[user:password@]host[:port][/database]`; by Sentinel
 * `redis+sentinel://[user:password@]host[:port][,host[:port]…]/primary-name[/database]`; `rediss` in both with TLS. A Redis
 * that cannot be reached is no error here.
 *
 * @throws BusUrlError on any other URL
 */
export function createBus(url: string, settings: BusSettings, options: BusOptions = {}): Bus {
  if (url === 'memory:') return new MemoryBus(settings, options);
  if (isSentinelUrl(url)) return new RedisBus(url, settings, options);
  const scheme = /^[^:]*:/.exec(url)?.[0] ?? '';
  // Other programs have many forms of URL for these.
  if (/sentinel/i.test(scheme)) throw new BusUrlError('write Sentinels as redis+sentinel://host,host/primary-name');
  if (/cluster/i.test(scheme)) throw new BusUrlError('Redis Cluster is not supported yet');
  if (scheme !== 'redis:' && scheme !== 'rediss:') {
    throw new BusUrlError(
      `must begin with memory:, redis://, rediss:// or redis+sentinel://, not ${scheme || 'without a scheme'}`,
    );
  }
  return new RedisBus(url, settings, options);
}
