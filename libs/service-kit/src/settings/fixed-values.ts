import type { HubOptions } from '@tetracast/hub';

/** Values that no operator changes. Tests pass others to `createService`. */
export interface FixedValues {
  readonly maxPollLimit: number;
  readonly maxDataDepth: number;
  readonly maxHeaderBytes: number;
  readonly maxInProgress: number;
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly authTimeoutMs: number;
  readonly jwksStaleMs: number;
  readonly ticketUnusedMs: number;
  readonly presenceLeaseMs: number;
  readonly relayLeaseMs: number;
  readonly maxMembershipsPerIp: number;
  readonly maxMembershipsPerUser: number;
  /** Default: see {@link HubOptions}. */
  readonly windowLimits?: HubOptions['windowLimits'];
  /** Default: see {@link HubOptions}. */
  readonly resumeLimits?: HubOptions['resumeLimits'];
}

export const FIXED_VALUES: FixedValues = {
  /** Messages in the response to a poll: as many as a channel keeps by default. The next poll gets the rest. */
  maxPollLimit: 1000,
  /** Nested objects and lists: far below what overflows the stack of a client's JSON parser. */
  maxDataDepth: 64,
  /** Bytes of a URL with the names and values of its headers: the default of Node. */
  maxHeaderBytes: 16_384,
  /** Requests of one connection in progress: enough for a round trip to Redis at a thousand publishes a second. */
  maxInProgress: 256,
  /** Time for the head of a request, and for a Socket.IO session to change to WebSocket: a slow phone needs a second or two. */
  headersTimeoutMs: 10_000,
  /** Time for a whole request, and for a Socket.IO session to join a namespace: 1 MiB at 35 KB a second. */
  requestTimeoutMs: 30_000,
  /** Time for the first token of a WebSocket, and for the answer of a JWKS URL: clients have the token ready, or fetch it first. */
  authTimeoutMs: 10_000,
  /** How long the last keys stay valid while the JWKS URL cannot be fetched: an outage of the issuer, but not a day of it. */
  jwksStaleMs: 3_600_000,
  /** Time for the first use of a ticket: a page opens its stream at once, and a ticket in a log is worthless soon. */
  ticketUnusedMs: 60_000,
  /** How long a process that does not answer keeps its members: longer than a failover, or than an event loop ever hangs. */
  presenceLeaseMs: 15_000,
  /** How long a process that does not answer keeps its relays. */
  relayLeaseMs: 15_000,
  /** Memberships in one process, also those in their graces: polls with ever new client keys leave many behind. */
  maxMembershipsPerIp: 10_000,
  maxMembershipsPerUser: 1000,
};
