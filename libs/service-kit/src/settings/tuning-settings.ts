import { bytes, duration, type Setting } from './setting-kinds';

/** Trade one cost for another. The defaults suit most systems. */
export const TUNING_SETTINGS = {
  heartbeatIntervalMs: duration('HEARTBEAT_INTERVAL', '15s', ['10ms', '55s'], {
    about: 'How often the service sends a heartbeat on an open connection.',
    change: 'A proxy cuts quiet connections earlier.',
  }),
  heartbeatTimeoutMs: duration('HEARTBEAT_TIMEOUT', '20s', ['100ms', '5m'], {
    about: 'How long a WebSocket or Socket.IO client may take to answer a heartbeat.',
    change: 'Clients on slow networks are cut, or dead ones stay too long.',
  }),
  keepAliveTimeoutMs: duration('KEEP_ALIVE_TIMEOUT', '72s', ['100ms', '1h'], {
    about: 'How long an HTTP connection stays open without a request.',
    change: 'A load balancer keeps unused connections longer than 60 s: set more than that.',
  }),
  maxPollWaitMs: duration('MAX_POLL_WAIT', '55s', ['0s', '55s'], {
    about: 'The maximum `wait` of a poll; the service shortens longer ones.',
    change: 'A proxy waits less than 60 s for an answer.',
  }),
  sseRetryIntervalMs: duration('SSE_RETRY_INTERVAL', '2s', ['10ms', '5m'], {
    about: 'How long an `EventSource` waits, on average, before it reconnects.',
    change: 'Too many clients come back at once.',
  }),
  channelIdleTimeoutMs: duration('CHANNEL_IDLE_TIMEOUT', '10s', ['0s', '1h'], {
    about: 'How long a process keeps a channel that has no subscribers.',
    change: 'Clients poll at long intervals, or use many channels briefly.',
  }),
  idempotencyTtlMs: duration('IDEMPOTENCY_TTL', '2m', ['1ms', '24h'], {
    about: 'How long the service remembers an idempotency key.',
    change: 'Publishers retry after a longer time.',
  }),
  presenceGraceMs: duration('PRESENCE_GRACE', '10s', ['0s', '5m'], {
    about: 'How long a member stays in a channel after its last connection closed.',
    change: 'Members that reconnect leave and join again, or stay too long.',
  }),
  presencePollGraceMs: duration('PRESENCE_POLL_GRACE', '60s', ['0s', '1h'], {
    about: 'How long a member stays after its last poll.',
    change: 'Clients poll less often than once a minute.',
  }),
  endTtlMs: duration('END_TTL', '168h', ['1m', '8760h'], {
    about: 'How long the service remembers that a channel has ended, after its messages are gone.',
    change: 'Readers come back later than a week, or names of channels are used again sooner.',
  }),
  highWaterMark: bytes('HIGH_WATER_MARK', '256KiB', ['1', '64MiB'], {
    about: 'The pending bytes of a connection above which the service sends nothing more until the client reads.',
    change: 'Slow clients take too much memory.',
  }),
  fanoutWindowMs: duration('FANOUT_WINDOW', '0ms', ['0ms', '1s'], {
    about: 'How long the service collects messages before it sends them together; 0: until the event loop turns.',
    change: 'Many messages a second cost too much CPU: `5ms` saves some of it and delays messages.',
  }),
} satisfies Record<string, Setting>;
