import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { LIMIT_SETTINGS } from './limit-settings';
import { duration, integer, oneOf, type Setting, text } from './setting-kinds';
import {
  type NamespaceRetention,
  readNamespaces,
  readList,
  readNetworks,
  readOrigins,
  readText,
  readWorkers,
} from './setting-readers';
import { AUTH_SETTINGS } from './auth-settings';
import { findContradictions } from './contradictions';

const WORKERS_MAX = 256;

/** Every setting of every service, in the order of the documentation. */
export const SETTINGS = {
  host: text('HOST', '127.0.0.1', 'Address to listen on'),
  port: integer('PORT', '8080', 0, 65_535, 'Port to listen on; 0 is any free one. Each service has its own default'),
  busUrl: {
    env: 'BUS_URL',
    unset: 'memory:',
    schema: Type.String({ pattern: '^(memory:|rediss?(\\+sentinel)?://[^\\s]+)$' }),
    isSecret: true,
    read: readText,
    wanted: 'memory:, redis://…, rediss://… or redis+sentinel://…',
    about: 'Where the log is: in this process, or in Redis',
  },
  workers: {
    env: 'WORKERS',
    unset: '1',
    schema: Type.Integer({ minimum: 1, maximum: WORKERS_MAX }),
    read: readWorkers(WORKERS_MAX),
    wanted: `a whole number from 1 to ${WORKERS_MAX}, or auto`,
    about: 'Processes that serve the port together; `auto` is one for each core',
  },
  access: oneOf(
    'ACCESS',
    '',
    ['', 'open'],
    '`open` says aloud that, while there are no keys, whoever reaches the service may use it',
  ),
  ...AUTH_SETTINGS,
  allowedOrigins: {
    env: 'ALLOWED_ORIGINS',
    unset: '',
    schema: Type.Array(Type.String()),
    read: readOrigins,
    wanted:
      'a comma-separated list of origins, as browsers write them: https://example.com, capacitor://localhost, or https://*.example.com for any one label in place of the star',
    about: 'Origins whose pages may use the service, besides its own; `https://*.example.com` is any one label there',
  },
  servedHosts: {
    env: 'SERVED_HOSTS',
    unset: '',
    schema: Type.Array(Type.String({ pattern: '^[A-Za-z0-9._-]+$|^\\[[0-9A-Fa-f:.]+\\]$' })),
    read: readList,
    wanted: 'a comma-separated list of host names without ports',
    about:
      'Without keys: the only names under which it answers, besides those of loopback; unset: any, but on loopback none',
  },
  logLevel: oneOf(
    'LOG_LEVEL',
    'info',
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
    'Least level logged',
  ),
  historySize: integer('HISTORY_SIZE', '1000', 1, 1_000_000, 'Messages kept per channel'),
  historyTtlMs: duration('HISTORY_TTL', '10m', '1ms', '720h', 'How long messages are kept'),
  historyNamespaces: {
    env: 'HISTORY_NAMESPACES',
    unset: '',
    schema: Type.Unsafe<Record<string, NamespaceRetention>>(Type.Record(Type.String(), Type.Unknown())),
    read: readNamespaces,
    wanted: 'a comma-separated list such as chat=5000/24h,feed=100/1m',
    about: 'Size and age of the history by namespace: `chat` rules `chat:room-1`',
  },
  idempotencyTtlMs: duration('IDEMPOTENCY_TTL', '2m', '1ms', '24h', 'How long an idempotency key is known'),
  maxMessageBytes: integer('MAX_MESSAGE_BYTES', '65536', 1, 1_048_576, "Most bytes of a message's data as JSON text"),
  maxChannels: integer('MAX_CHANNELS', '100', 1, 1000, 'Most channels of one connection'),
  highWaterMark: integer(
    'HIGH_WATER_MARK',
    '262144',
    1,
    67_108_864,
    'Bytes pending on a connection above which it waits',
  ),
  heartbeatMs: duration('HEARTBEAT', '15s', '10ms', '55s', 'Period of the heartbeats on open lines'),
  heartbeatTimeoutMs: duration(
    'HEARTBEAT_TIMEOUT',
    '20s',
    '100ms',
    '5m',
    'How long a client of WebSocket or Socket.IO may take to answer a heartbeat',
  ),
  pollWaitMaxMs: duration('POLL_WAIT_MAX', '55s', '0s', '55s', 'Longest wait of a poll; longer waits are cut to it'),
  pollLimitMax: integer('POLL_LIMIT_MAX', '1000', 1, 10_000, 'Most messages in the answer to a poll'),
  sseRetryMs: duration(
    'SSE_RETRY',
    '2s',
    '10ms',
    '5m',
    'How long an EventSource waits before it comes back, on average',
  ),
  drainTimeoutMs: duration(
    'DRAIN_TIMEOUT',
    '5s',
    '0s',
    '5m',
    'How long connections may take to end at a stop, and a WebSocket to answer a close frame',
  ),
  warmMs: duration('WARM', '10s', '0s', '1h', 'How long a channel without readers stays subscribed'),
  fanoutWindowMs: integer(
    'FANOUT_WINDOW_MS',
    '0',
    0,
    1000,
    'How long messages are collected before they go out together, in ms; 0: until the turn of the event loop is over, and 1 ms more while this process stores what may go with them',
  ),
  windowMessages: integer(
    'WINDOW_MESSAGES',
    '256',
    1,
    100_000,
    'Newest messages of a channel kept in the process, and up to a quarter more',
  ),
  windowBytes: integer('WINDOW_BYTES', '1048576', 1, 1_073_741_824, 'Most bytes of them'),
  trustProxy: {
    env: 'TRUST_PROXY',
    unset: '',
    schema: Type.Array(Type.String()),
    read: readNetworks,
    wanted: 'a comma-separated list of IP addresses and CIDR networks (all of IPv4 is 0.0.0.0/1,128.0.0.0/1, not /0)',
    about: 'Proxies whose X-Forwarded-* and Forwarded headers are believed',
  },
  ...LIMIT_SETTINGS,
} satisfies Record<string, Setting>;

/** The settings of a service; durations in ms, sizes in bytes. */
export type Settings = { readonly [K in keyof typeof SETTINGS]: Static<(typeof SETTINGS)[K]['schema']> };

/** Everything that is wrong with the environment, at once. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';

  constructor(readonly problems: readonly string[]) {
    super(problems.join('; '));
  }
}

/**
 * The settings in `env`; an unset or empty variable has its default. `defaults.port` is the default of this service's PORT.
 *
 * @throws SettingsError
 */
export function parseSettings(env: Record<string, string | undefined>, defaults: { port?: number } = {}): Settings {
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, setting] of Object.entries<Setting>(SETTINGS)) {
    const unset = name === 'port' && defaults.port !== undefined ? String(defaults.port) : setting.unset;
    const given = env[setting.env]?.trim() || unset;
    const value = setting.read(given);
    if (value === undefined || !Value.Check(setting.schema, value)) problems.push(complaint(setting, given));
    else values[name] = value;
  }
  // Whatever could not be read has been told: contradictions are looked for among the rest.
  problems.push(...findContradictions(values));
  if (problems.length > 0) throw new SettingsError(problems);
  return values as Settings;
}

function complaint({ env, wanted, isSecret = false }: Setting, given: string): string {
  return `${env} must be ${wanted}${isSecret ? '' : `, not "${given}"`}`;
}
