import type { RedisOptions } from 'ioredis';
import {
  isSentinelUrl,
  parseSentinelUrl,
  type SentinelAddress,
  sentinelOptions,
  type SentinelRedisOptions,
} from './sentinel-url';
import { type HostAndPort, UrlReader } from './url-parts';

/** The address of one server, and how to log in. */
export interface ServerAddress extends HostAndPort {
  readonly db: number;
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
}

export type RedisAddress = ServerAddress | SentinelAddress;

const FORM = 'redis://[user:password@]host[:port][/database]';
const DEFAULT_PORT = 6379;

/** Reads a BUS_URL of Redis, by Sentinel or of one server. @throws BusUrlError that says what is wrong */
export function parseAddress(url: string): RedisAddress {
  return isSentinelUrl(url) ? parseSentinelUrl(url) : parseServerUrl(url);
}

/** The options of ioredis that lead to the server. */
export function addressOptions(
  address: RedisAddress,
  commandTimeoutMs: number,
): SentinelRedisOptions | Pick<RedisOptions, 'host' | 'port' | 'db' | 'username' | 'password' | 'tls'> {
  if ('sentinels' in address) return sentinelOptions(address, commandTimeoutMs);
  const { tls, ...options } = address;
  return { ...options, ...(tls && { tls: {} }) };
}

function parseServerUrl(url: string): ServerAddress {
  const reader = new UrlReader(FORM);
  const { hosts, path, query, ...user } = reader.split(url);
  if (query !== '') reader.fail('it has no parameters');
  if (hosts.includes(',')) {
    reader.fail(
      'several hosts are Sentinels, redis+sentinel://host,host/primary-name; Redis Cluster is not supported yet',
    );
  }
  const { host, port } = reader.host(hosts, DEFAULT_PORT, 'the host');
  return { host, port, db: reader.database(path.slice(1), 'the host'), tls: url.startsWith('rediss'), ...user };
}
