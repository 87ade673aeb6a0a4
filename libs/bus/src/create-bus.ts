import type { Bus } from './bus';
import { BusUrlError } from './bus-url-error';
import { MemoryBus } from './memory/memory-bus';
import type { BusLogger } from './bus-logger';
import { RedisBus, type RedisBusSettings } from './redis/redis-bus';
import { isSentinelUrl } from './redis/address/sentinel-url';

export type BusSettings = RedisBusSettings;

export interface BusOptions {
  /** Gets a line when the log cannot be used, which says why, and one when it can be used again. Default: nothing is logged. */
  readonly logger?: BusLogger;
}

/**
 * The log at `url`: `memory:`; `redis://[user:password@]host[:port][/database]`; by Sentinel
 * `redis+sentinel://[user:password@]host[:port][,host[:port]…]/primary-name[/database]`; `rediss` in both with TLS. Throws
 * BusUrlError on any other; a Redis that cannot be reached is no error here.
 */
export function createBus(url: string, settings: BusSettings, options: BusOptions = {}): Bus {
  if (url === 'memory:') return new MemoryBus(settings);
  if (isSentinelUrl(url)) return new RedisBus(url, settings, options);
  const scheme = /^[^:]*:/.exec(url)?.[0] ?? '';
  // Other programs name these by schemes and lists of hosts of many forms.
  if (/sentinel/i.test(scheme)) throw new BusUrlError('Sentinel is named by redis+sentinel://host,host/primary-name');
  if (/cluster/i.test(scheme)) throw new BusUrlError('Redis Cluster is not supported yet');
  if (scheme !== 'redis:' && scheme !== 'rediss:') {
    throw new BusUrlError(
      `neither memory: nor redis:// nor rediss:// nor redis+sentinel://, but ${scheme || 'no URL'}`,
    );
  }
  return new RedisBus(url, settings, options);
}
