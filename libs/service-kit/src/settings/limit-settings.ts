import { bytes, integer, rates, type Setting } from './setting-kinds';

const MAX_COUNT = 1_000_000;

/** What one client, and all clients together, may use of a service. */
export const LIMIT_SETTINGS = {
  maxConnections: integer('MAX_CONNECTIONS', '50000', [1, MAX_COUNT], {
    about: 'The maximum number of connections of one process.',
    change: 'A process serves more clients, or has little memory.',
  }),
  maxConnectionsPerIp: integer('MAX_CONNECTIONS_PER_IP', '1000', [0, MAX_COUNT], {
    about: 'The maximum number of connections from one address to one process; 0: no limit.',
    change: 'Many clients share an address.',
  }),
  maxConnectionsPerUser: integer('MAX_CONNECTIONS_PER_USER', '100', [0, MAX_COUNT], {
    about: 'The maximum number of connections of one user to one process; 0: no limit.',
    change: 'Many programs use the same token.',
  }),
  maxChannels: integer('MAX_CHANNELS', '100', [1, 1000], {
    about: 'The maximum number of channels of one connection.',
    change: 'A client subscribes to more channels.',
  }),
  maxOpenChannels: integer('MAX_OPEN_CHANNELS', '100000', [1, MAX_COUNT], {
    about: 'The maximum number of channels in use in one process.',
    change: 'A process serves more channels, or has little memory.',
  }),
  maxMessageBytes: bytes('MAX_MESSAGE_BYTES', '64KiB', ['1', '1MiB'], {
    about: "The maximum size of a message's data as JSON text.",
    change: 'Messages are larger. Raise `MAX_BODY` of the gateway too.',
  }),
  maxBatchBytes: bytes('MAX_BATCH_BYTES', '4MiB', ['4KiB', '64MiB'], {
    about: 'The maximum size of a request of the server API, and of a message times its channels.',
    change: 'A back end publishes larger batches.',
  }),
  maxMemoryBytes: bytes('MAX_MEMORY_BYTES', '256MiB', ['64KiB', '1024GiB'], {
    about: 'About the maximum size of all messages with `BUS_URL=memory:`; above it the oldest are dropped.',
    change: 'The process has more, or less, memory.',
  }),
  maxRewind: integer('MAX_REWIND', '10000', [0, MAX_COUNT], {
    about: 'The maximum `rewind` of a subscription; each message costs Redis some work.',
    change: 'Clients ask for long histories of many channels.',
  }),
  publishRate: rates('PUBLISH_RATE', '1000/5000/5000', {
    about: 'The maximum number of messages a second: of one connection, from one address, of one user; 0: no limit.',
    change: 'One client publishes more, or must not publish as much.',
  }),
  subscribeRate: rates('SUBSCRIBE_RATE', '50/1000/500', {
    about: 'The maximum number of changes of subscriptions a second, in the same form; opening a connection is one.',
    change: 'Many clients behind one address come back at once.',
  }),
  pollRate: rates('POLL_RATE', '200/1000/100', {
    about:
      'The maximum number of polls a second, in the same form; the first does not apply to connections of a proxy in `TRUST_PROXY`.',
    change: 'Many pollers share an address.',
  }),
} satisfies Record<string, Setting>;
