import type { CommonRedisOptions, SentinelConnectionOptions } from 'ioredis';
import { type HostAndPort, UrlReader } from './url-parts';

/** The Sentinels that know the primary's address, and how to log in. */
export interface SentinelAddress {
  readonly sentinels: readonly HostAndPort[];
  /** The Sentinels' name for the primary. */
  readonly name: string;
  readonly db: number;
  /** For all servers and all Sentinels. */
  readonly tls: boolean;
  /** For the servers. */
  readonly username?: string;
  readonly password?: string;
  /** For the Sentinels, which have separate users. */
  readonly sentinelUsername?: string;
  readonly sentinelPassword?: string;
}

const FORM = 'redis+sentinel://[user:password@]host[:port][,host[:port]…]/primary-name[/database]';
const SCHEME = /^(redis|rediss)\+sentinel:\/\//;
/** As Sentinel itself requires. */
const PRIMARY_NAME = /^[A-Za-z0-9._-]+$/;
const DEFAULT_PORT = 26_379;
const PARAMETERS = { sentinel_username: 'sentinelUsername', sentinel_password: 'sentinelPassword' } as const;

export function isSentinelUrl(url: string): boolean {
  return SCHEME.test(url);
}

/**
 * Reads `redis+sentinel://` and, with TLS to servers and Sentinels, `rediss+sentinel://`. Port 26379 and database 0 by
 * default; `?sentinel_username=` and `?sentinel_password=` are for the Sentinels. @throws BusUrlError that says what is wrong
 */
export function parseSentinelUrl(url: string): SentinelAddress {
  const reader = new UrlReader(FORM);
  const { hosts, path, query, ...user } = reader.split(url);
  return {
    sentinels: hosts.split(',').map((host, n) => reader.host(host, DEFAULT_PORT, `Sentinel ${n + 1} of the list`)),
    ...parsePath(reader, path),
    tls: url.startsWith('rediss'),
    ...user,
    ...parseQuery(reader, query),
  };
}

export type SentinelRedisOptions = Omit<SentinelConnectionOptions, 'path' | 'replyMapping'> &
  Pick<CommonRedisOptions, 'db' | 'username' | 'password'>;

/** The options of ioredis that lead to the primary. */
export function sentinelOptions(address: SentinelAddress, commandTimeoutMs: number): SentinelRedisOptions {
  const { sentinels, name, db, tls, username, password, sentinelUsername, sentinelPassword } = address;
  return {
    sentinels: [...sentinels],
    name,
    role: 'master',
    db,
    sentinelCommandTimeout: commandTimeoutMs,
    ...(tls && { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true }),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(sentinelUsername !== undefined && { sentinelUsername }),
    ...(sentinelPassword !== undefined && { sentinelPassword }),
  };
}

function parsePath(reader: UrlReader, path: string): Pick<SentinelAddress, 'name' | 'db'> {
  const [, name = '', ...database] = path.split('/');
  if (name === '') reader.fail('the name of the primary is missing');
  if (!PRIMARY_NAME.test(name)) reader.fail('the name of the primary may hold letters, digits, and . _ - only');
  return { name, db: reader.database(database.join('/'), 'the name of the primary') };
}

function parseQuery(reader: UrlReader, query: string): Pick<SentinelAddress, 'sentinelUsername' | 'sentinelPassword'> {
  const found: { sentinelUsername?: string; sentinelPassword?: string } = {};
  for (const pair of query.split('&').filter(Boolean)) {
    const [, key = '', value = ''] = /^([^=]*)=?(.*)$/.exec(pair) ?? [];
    if (!isParameter(key)) reader.fail(`the only parameters are ${Object.keys(PARAMETERS).join(' and ')}`);
    const name = PARAMETERS[key];
    if (value === '' || found[name] !== undefined) reader.fail(`${key} is empty or stands there twice`);
    found[name] = reader.decode(value);
  }
  if (found.sentinelUsername !== undefined && found.sentinelPassword === undefined)
    reader.fail('sentinel_password is missing');
  return found;
}

function isParameter(key: string): key is keyof typeof PARAMETERS {
  return Object.hasOwn(PARAMETERS, key);
}
