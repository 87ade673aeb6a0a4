import type { CommonRedisOptions, SentinelConnectionOptions } from 'ioredis';
import { BusUrlError } from '../bus-url-error';

/** Where the primary is asked for, and what to say to it. */
export interface SentinelAddress {
  readonly sentinels: readonly { readonly host: string; readonly port: number }[];
  /** How the Sentinels call the primary. */
  readonly name: string;
  readonly db: number;
  /** To all servers and all Sentinels. */
  readonly tls: boolean;
  /** For the servers. */
  readonly username?: string;
  readonly password?: string;
  /** For the Sentinels, which have users of their own. */
  readonly sentinelUsername?: string;
  readonly sentinelPassword?: string;
}

const FORM = 'redis+sentinel://[user:password@]host[:port][,host[:port]…]/primary-name[/database]';
const SCHEME = /^(redis|rediss)\+sentinel:\/\//;
const HOST = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::([0-9]+))?$/;
/** What Sentinel itself accepts. */
const PRIMARY_NAME = /^[A-Za-z0-9._-]+$/;
const DEFAULT_PORT = 26_379;
const PARAMETERS = { sentinel_username: 'sentinelUsername', sentinel_password: 'sentinelPassword' } as const;

export function isSentinelUrl(url: string): boolean {
  return SCHEME.test(url);
}

/**
 * Reads `redis+sentinel://` and, with TLS to servers and Sentinels, `rediss+sentinel://`. Port 26379 and database 0 unless
 * said; `?sentinel_username=` and `?sentinel_password=` are for the Sentinels. @throws BusUrlError that says what is wrong
 */
export function parseSentinelUrl(url: string): SentinelAddress {
  const rest = url.replace(SCHEME, '');
  // A password may hold any character but those that end it: the last @ is the one that counts.
  const [, authority = '', path = '', query = ''] = /^([^/?#]*)([^?#]*)\??([^#]*)/.exec(rest) ?? [];
  const at = authority.lastIndexOf('@');
  return {
    sentinels: parseHosts(authority.slice(at + 1)),
    ...parsePath(path),
    tls: url.startsWith('rediss'),
    ...(at < 0 ? {} : parseUser(authority.slice(0, at))),
    ...parseQuery(query),
  };
}

export type SentinelRedisOptions = Omit<SentinelConnectionOptions, 'path' | 'replyMapping'> &
  Pick<CommonRedisOptions, 'db' | 'username' | 'password'>;

/** What ioredis needs to find the primary and to follow it. */
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

function parseHosts(list: string): SentinelAddress['sentinels'] {
  return list.split(',').map((text, index) => {
    const [, ipv6, name, digits] = HOST.exec(text) ?? [];
    const host = ipv6 ?? name;
    const port = digits === undefined ? DEFAULT_PORT : Number(digits);
    if (host === undefined || port < 1 || port > 65_535) fail(`Sentinel ${index + 1} of the list is no host[:port]`);
    return { host, port };
  });
}

function parsePath(path: string): Pick<SentinelAddress, 'name' | 'db'> {
  const [, name = '', database = '', ...more] = path.split('/');
  if (name === '') fail('the name of the primary is missing');
  if (!PRIMARY_NAME.test(name)) fail('the name of the primary may hold letters, digits, and . _ - only');
  if (!/^[0-9]{0,9}$/.test(database) || more.length > 0)
    fail('what follows the name of the primary is no database number');
  return { name, db: Number(database) };
}

function parseUser(text: string): Pick<SentinelAddress, 'username' | 'password'> {
  const colon = text.indexOf(':');
  // As in redis://, what has no colon is a user without a password, which Redis does not know.
  if (colon < 0) fail('before the @ stands user:password or :password');
  const username = decode(text.slice(0, colon));
  const password = decode(text.slice(colon + 1));
  if (password === '') fail('the password is empty');
  return { ...(username !== '' && { username }), password };
}

function parseQuery(query: string): Pick<SentinelAddress, 'sentinelUsername' | 'sentinelPassword'> {
  const found: { sentinelUsername?: string; sentinelPassword?: string } = {};
  for (const pair of query.split('&').filter(Boolean)) {
    const [, key = '', value = ''] = /^([^=]*)=?(.*)$/.exec(pair) ?? [];
    if (!isParameter(key)) fail(`the only parameters are ${Object.keys(PARAMETERS).join(' and ')}`);
    const name = PARAMETERS[key];
    if (value === '' || found[name] !== undefined) fail(`${key} is empty or stands there twice`);
    found[name] = decode(value);
  }
  if (found.sentinelUsername !== undefined && found.sentinelPassword === undefined)
    fail('sentinel_password is missing');
  return found;
}

function isParameter(key: string): key is keyof typeof PARAMETERS {
  return Object.hasOwn(PARAMETERS, key);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return fail('a % in a user or password is written %25');
  }
}

function fail(what: string): never {
  throw new BusUrlError(`${what}; its form is ${FORM}`);
}
