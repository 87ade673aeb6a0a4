import type { Message, Reset } from '@tetracast/message-model';
import type { TransportDriver } from './transport-driver';

/** What a stock client is given while faults are done to the system. */
export interface FollowOptions {
  readonly url: string;
  readonly channels: readonly string[];
  /** Takes what the client received. */
  readonly trace: { message(message: Message): void; reset(reset: Reset): void; fail(error: Error): void };
  /** Ends the client. */
  readonly signal: AbortSignal;
}

/**
 * All that the suites know about a transport whose service answers `GET` of one path with a response that does not end, refuses
 * with a problem, and publishes by `POST` to the same path. Access and limits are tried there with bare requests.
 */
export interface StreamDriver {
  /** Name of the service in its descriptor. */
  readonly service: string;
  readonly path: string;
  /** For the transport contract. */
  readonly clients: readonly TransportDriver[];
  /** For faults: reconnects and resumes as a page would. Resolves once whatever is published from then on is received. */
  readonly follow: (options: FollowOptions) => Promise<void>;
}
