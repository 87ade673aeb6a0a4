import type { TInteger } from '@sinclair/typebox';
import { duration, integer, type Setting } from './setting-kinds';

const CONNECTIONS_MAX = 1_000_000;
const RATE_MAX = 1_000_000;

/** What one client may take of a service, and all of them together. Rates are per second; 0 is no limit. */
export const LIMIT_SETTINGS = {
  maxConnections: integer('MAX_CONNECTIONS', '50000', 1, CONNECTIONS_MAX, 'Most connections of one process'),
  maxConnectionsPerIp: integer(
    'MAX_CONNECTIONS_PER_IP',
    '1000',
    0,
    CONNECTIONS_MAX,
    'Most of them from one address; 0: no limit',
  ),
  maxConnectionsPerUser: integer(
    'MAX_CONNECTIONS_PER_USER',
    '100',
    0,
    CONNECTIONS_MAX,
    'Most of them of one user; 0: no limit',
  ),
  maxOpenChannels: integer(
    'MAX_OPEN_CHANNELS',
    '100000',
    1,
    CONNECTIONS_MAX,
    'Most channels of one process, those that are kept warm (WARM) included',
  ),
  maxInProgress: integer(
    'MAX_IN_PROGRESS',
    '256',
    1,
    10_000,
    'Requests of one line in progress above which no more are read from it',
  ),
  rewindMax: integer(
    'REWIND_MAX',
    '10000',
    0,
    1_000_000,
    'Largest rewind; each of its messages costs the log a little',
  ),
  resumePageMessages: integer(
    'RESUME_PAGE_MESSAGES',
    '256',
    1,
    10_000,
    'Most messages in one write to a client that catches up, and read of one channel at once for it',
  ),
  resumePageBytes: integer(
    'RESUME_PAGE_BYTES',
    '262144',
    1,
    67_108_864,
    'Bytes after which such a write ends, and a read of one channel for it',
  ),
  resumeChannelsAtOnce: integer(
    'RESUME_CHANNELS_AT_ONCE',
    '8',
    1,
    1000,
    'Channels of one client of which as much is read at once; of more channels less of each',
  ),
  publishRate: rate(
    'PUBLISH_RATE',
    '1000',
    'Messages a second on one line, or one connection that publishes over HTTP',
  ),
  publishRatePerIp: rate('PUBLISH_RATE_PER_IP', '5000', 'The same from one address, on all transports and processes'),
  publishRatePerUser: rate('PUBLISH_RATE_PER_USER', '5000', 'The same of one user'),
  subscribeRate: rate('SUBSCRIBE_RATE', '50', 'Changes of the subscriptions of one line a second'),
  subscribeRatePerIp: rate(
    'SUBSCRIBE_RATE_PER_IP',
    '1000',
    'The same from one address; opening a line or a stream is one',
  ),
  subscribeRatePerUser: rate('SUBSCRIBE_RATE_PER_USER', '500', 'The same of one user'),
  pollRate: rate(
    'POLL_RATE',
    '200',
    'Polls a second on one connection; not behind a proxy in TRUST_PROXY, whose connections are those of many',
  ),
  pollRatePerIp: rate('POLL_RATE_PER_IP', '1000', 'Polls a second from one address'),
  pollRatePerUser: rate('POLL_RATE_PER_USER', '100', 'Polls a second of one user'),
  maxDataDepth: integer(
    'MAX_DATA_DEPTH',
    '64',
    1,
    1000,
    "Most objects and lists within each other in a message's data",
  ),
  maxHeaderBytes: integer(
    'MAX_HEADER_BYTES',
    '16384',
    1024,
    1_048_576,
    'Most bytes of a URL (without its origin) with the names and values of its headers',
  ),
  headersTimeoutMs: duration(
    'HEADERS_TIMEOUT',
    '10s',
    '100ms',
    '10m',
    'How long the head of a request may take, and a Socket.IO session to change to WebSocket',
  ),
  requestTimeoutMs: duration(
    'REQUEST_TIMEOUT',
    '30s',
    '100ms',
    '1h',
    'How long a whole request may take, and a Socket.IO session to join a namespace',
  ),
  keepAliveTimeoutMs: duration(
    'KEEP_ALIVE_TIMEOUT',
    '72s',
    '100ms',
    '1h',
    'How long a connection is kept without a request',
  ),
  memoryMaxBytes: integer(
    'MEMORY_MAX_BYTES',
    '268435456',
    65_536,
    1_099_511_627_776,
    'Most bytes of the log in memory, about; above it the oldest messages go first',
  ),
} satisfies Record<string, Setting>;

function rate(env: string, unset: string, about: string): Setting<TInteger> {
  return integer(env, unset, 0, RATE_MAX, about);
}
