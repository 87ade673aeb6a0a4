import { Type } from '@sinclair/typebox';
import { WEBHOOK_EVENTS } from '@tetracast/message-model';
import { maskAll, maskCredentials } from './masks';
import { bytes, choices, duration, integer, list, oneOf, type Setting, text, webUrl } from './setting-kinds';
import {
  type NamespaceRetention,
  readNamespaces,
  readNetworks,
  readPortOrOff,
  readText,
  readWorkers,
} from './setting-readers';

const MAX_WORKERS = 256;

/** What most operators set. */
export const EVERYDAY_SETTINGS = {
  host: text('HOST', '127.0.0.1', {
    about: 'The address on which the service listens.',
    change: 'Set `0.0.0.0` when other machines connect to the service.',
  }),
  port: integer('PORT', '8080', [0, 65_535], {
    about: 'The port on which the service listens; 0 is any free port.',
    change: 'Another program uses the port. Each service has its own default.',
  }),
  plainPort: {
    env: 'PLAIN_PORT',
    unset: '3601',
    schema: Type.Union([Type.Integer({ minimum: 1, maximum: 65_535 }), Type.Literal('off')]),
    read: readPortOrOff,
    wanted: 'a whole number from 1 to 65535, or off',
    about: 'The second port of standalone, with plain WebSocket at `/`; `off`: none. The services do not use it.',
    change: 'Another program uses the port, or you do not need it.',
  },
  busUrl: {
    env: 'BUS_URL',
    unset: 'memory:',
    schema: Type.String({ pattern: '^(memory:|rediss?(\\+sentinel)?://[^\\s]+)$' }),
    mask: maskCredentials,
    read: readText,
    wanted: 'memory:, redis://…, rediss://… or redis+sentinel://…',
    about: 'Where the messages are stored: in the memory of this process, or in Redis.',
    change: 'Set `redis://…` when messages outlive the process, or several processes share them.',
  },
  workers: {
    env: 'WORKERS',
    unset: '1',
    schema: Type.Integer({ minimum: 1, maximum: MAX_WORKERS }),
    read: readWorkers(MAX_WORKERS),
    wanted: `a whole number from 1 to ${MAX_WORKERS}, or auto`,
    about: 'The number of processes that serve the port together; `auto` is one for each core.',
    change: 'One core is not enough.',
  },
  logLevel: oneOf('LOG_LEVEL', 'info', ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    about: 'The lowest level that the service logs.',
    change: '`debug` also logs every request.',
  }),
  historySize: integer('HISTORY_SIZE', '1000', [1, 1_000_000], {
    about: 'The number of messages kept per channel.',
    change: 'Clients that were away receive `reset trimmed` too often.',
  }),
  historyTtlMs: duration('HISTORY_TTL', '10m', ['1ms', '720h'], {
    about: 'How long messages are kept.',
    change: 'Clients come back after a longer time.',
  }),
  historyNamespaces: {
    env: 'HISTORY_NAMESPACES',
    unset: '',
    schema: Type.Unsafe<Record<string, NamespaceRetention>>(Type.Record(Type.String(), Type.Unknown())),
    read: readNamespaces,
    wanted: 'a comma-separated list such as chat=5000/24h,feed=100/1m',
    about: 'Size and age of the history by namespace: `chat=5000/24h` applies to `chat:room-1`.',
    change: 'Some channels need a longer or a shorter history than others.',
  },
  namespacesFile: text('NAMESPACES_FILE', '', {
    about: 'A file, as YAML or JSON, with the policies of namespaces: history, who may subscribe and publish, rates.',
    change: 'Some channels need more than another history: other rates, or other permissions.',
  }),
  webhookUrl: {
    ...webUrl('WEBHOOK_URL', {
      about:
        'Where the service sends webhooks: an http:// or https:// URL. A public name must not lead to a private address.',
      change: 'Your back end wants to know who is there, and which channels have ended.',
    }),
    mask: maskCredentials,
  },
  webhookSecret: {
    ...text('WEBHOOK_SECRET', '', {
      about: 'The secret that signs webhooks, as Standard Webhooks writes it: `whsec_` and base64 of 24 to 64 bytes.',
      change: 'Set it together with `WEBHOOK_URL`.',
    }),
    schema: Type.String({ pattern: '^(whsec_[A-Za-z0-9+/]{32,88}={0,2})?$' }),
    wanted: 'whsec_ and base64 of 24 to 64 bytes',
    mask: maskAll,
  },
  webhookEvents: choices('WEBHOOK_EVENTS', WEBHOOK_EVENTS, {
    about: `Which webhooks the service sends, of ${WEBHOOK_EVENTS.map((event) => `\`${event}\``).join(', ')}; unset: all.`,
    change: 'The receiver needs some of them only.',
  }),
  webhookQueueBytes: bytes('WEBHOOK_QUEUE_BYTES', '16MiB', ['64KiB', '1GiB'], {
    about: 'The maximum size of the webhooks that wait to be sent; above it the oldest are dropped.',
    change: 'The receiver may be away for long, or Redis has little memory.',
  }),
  trustProxy: {
    ...list('TRUST_PROXY', {
      about: 'The proxies whose `X-Forwarded-*` and `Forwarded` headers the service believes: addresses and networks.',
      change: 'A proxy stands in front of the service.',
    }),
    read: readNetworks,
    wanted: 'a comma-separated list of IP addresses and CIDR networks (all of IPv4 is 0.0.0.0/1,128.0.0.0/1, not /0)',
  },
  drainTimeoutMs: duration('DRAIN_TIMEOUT', '5s', ['0s', '5m'], {
    about: 'How long connections may take to end when the service stops; also how long a WebSocket may take to close.',
    change: 'Your deployments allow more, or less, time for a stop.',
  }),
} satisfies Record<string, Setting>;
