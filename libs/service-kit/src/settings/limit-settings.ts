import { bytes, duration, integer, rates, shares, type Setting } from './setting-kinds';

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
    about: 'The maximum size of a request of the server API or to a relay, and of a message times its channels.',
    change: 'A back end publishes larger batches, or requests to a relay hold more.',
  }),
  maxMemoryBytes: bytes('MAX_MEMORY_BYTES', '256MiB', ['64KiB', '1024GiB'], {
    about: 'About the maximum size of all messages with `BUS_URL=memory:`; above it the oldest are dropped.',
    change: 'The process has more, or less, memory.',
  }),
  maxMembers: integer('MAX_MEMBERS', '100000', [1, MAX_COUNT], {
    about: 'The maximum number of members of one channel with presence.',
    change: 'Channels have more members, or Redis has little memory.',
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
  relayAtOnce: shares('RELAY_AT_ONCE', '20/5', {
    about: 'The maximum number of answers of relays at a time: for one address, for one user; 0: no limit.',
    change: 'Many users share an address, or a user asks for more answers at a time.',
  }),
  relayDaily: shares('RELAY_DAILY', '2000/500', {
    about: 'The maximum number of answers of relays on one day (UTC), in the same form.',
    change: 'An answer costs you more, or less.',
  }),
  maxRelayBytes: bytes('MAX_RELAY_BYTES', '4MiB', ['1KiB', '256MiB'], {
    about: 'The maximum size of an answer of a relay. It is stored for 24 hours.',
    change: 'Answers are longer, or Redis has little memory.',
  }),
  relayTimeoutMs: duration('RELAY_TIMEOUT', '10m', ['1s', '1h'], {
    about: 'How long an answer of a relay may take.',
    change: 'Models think or write for longer.',
  }),
  relayIdleTimeoutMs: duration('RELAY_IDLE_TIMEOUT', '2m', ['100ms', '10m'], {
    about: 'How long an upstream may send nothing, before and during its answer.',
    change: 'Models think for longer before they write.',
  }),
} satisfies Record<string, Setting>;
