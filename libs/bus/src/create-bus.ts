import type { Bus } from './bus';
import { MemoryBus } from './memory/memory-bus';
import { RedisBus, type RedisBusSettings } from './redis/redis-bus';

export type BusSettings = RedisBusSettings;

/**
 * The log at `url`: `memory:`, or `redis://[user:password@]host[:port][/database]` and `rediss://` over TLS. Throws on any
 * other; a Redis that cannot be reached is no error here.
 */
export function createBus(url: string, settings: BusSettings): Bus {
  if (url === 'memory:') return new MemoryBus(settings);
  const scheme = /^[^:]*:/.exec(url)?.[0] ?? '';
  // Lists of hosts and schemes of their own are how other programs name these.
  if (/sentinel|cluster/i.test(scheme) || hostsOf(url).includes(',')) {
    throw new Error('BUS_URL: Redis Sentinel and Redis Cluster are not supported yet; name one server');
  }
  if (scheme !== 'redis:' && scheme !== 'rediss:') {
    throw new Error(`BUS_URL: neither memory: nor redis:// nor rediss://, but ${scheme || 'no URL'}`);
  }
  return new RedisBus(url, settings);
}

/** What stands between `//` and the path, without user and password, which may hold any character. */
function hostsOf(url: string): string {
  return /^[^:]*:\/\/([^/?#]*)/.exec(url)?.[1]?.split('@').at(-1) ?? '';
}
