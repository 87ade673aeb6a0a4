import type { Bus } from './bus';
import { BusUrlError } from './bus-url-error';
import { MemoryBus } from './memory/memory-bus';
import { RedisBus, type RedisBusSettings } from './redis/redis-bus';
import { isSentinelUrl } from './redis/sentinel-url';

export type BusSettings = RedisBusSettings;

/**
 * The log at `url`: `memory:`; `redis://[user:password@]host[:port][/database]`; by Sentinel
 * `redis+sentinel://[user:password@]host[:port][,host[:port]…]/primary-name[/database]`; `rediss` in both with TLS. Throws
 * BusUrlError on any other; a Redis that cannot be reached is no error here.
 */
export function createBus(url: string, settings: BusSettings): Bus {
  if (url === 'memory:') return new MemoryBus(settings);
  if (isSentinelUrl(url)) return new RedisBus(url, settings);
  const scheme = /^[^:]*:/.exec(url)?.[0] ?? '';
  // Other programs name these by schemes and lists of hosts of many forms.
  if (/sentinel/i.test(scheme)) throw new BusUrlError('Sentinel is named by redis+sentinel://host,host/primary-name');
  if (/cluster/i.test(scheme)) throw new BusUrlError('Redis Cluster is not supported yet');
  if (scheme !== 'redis:' && scheme !== 'rediss:') {
    throw new BusUrlError(
      `neither memory: nor redis:// nor rediss:// nor redis+sentinel://, but ${scheme || 'no URL'}`,
    );
  }
  if (hostsOf(url).includes(',')) {
    throw new BusUrlError(
      'several hosts are Sentinels, redis+sentinel://host,host/primary-name; Redis Cluster is not supported yet',
    );
  }
  return new RedisBus(url, settings);
}

/** What stands between `//` and the path, without user and password, which may hold any character. */
function hostsOf(url: string): string {
  return /^[^:]*:\/\/([^/?#]*)/.exec(url)?.[1]?.split('@').at(-1) ?? '';
}
