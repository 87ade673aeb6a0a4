import type { Message, Reset } from '@tetracast/message-model';

export interface OpenOptions {
  readonly channels: readonly string[];
  /** A cursor, or `earliest`. */
  readonly after?: string;
  readonly rewind?: number;
  /** Client key, for what it subscribes and what it publishes. */
  readonly client?: string;
  /** As a member, or without being one. */
  readonly presence?: 'true' | 'observe';
  /** Events listened for, where a client must name them (`EventSource`). Default: only `message`. */
  readonly events?: readonly string[];
}

export interface PublishOptions {
  readonly channel: string;
  readonly event?: string;
  readonly data: unknown;
  readonly echo?: boolean;
  readonly idempotencyKey?: string;
  /** The message is the last one of the channel. */
  readonly end?: boolean;
}

/** A stock client with an open subscription. */
export interface TransportClient extends AsyncDisposable {
  /** All messages so far, in the order they arrived. */
  readonly received: readonly Message[];
  /** All resets so far. */
  readonly resets: readonly Reset[];
  /** From where the client would resume; `undefined` while its library shows none. */
  readonly cursor: string | undefined;
  /** The `count` (1) messages that follow those already taken; rejects after 10 s with what did arrive. */
  next(count?: number): Promise<Message[]>;
  nextReset(): Promise<Reset>;
  /** Over the client's own connection; rejects with a {@link TransportError}. */
  publish(publication: PublishOptions): Promise<{ readonly id: string }>;
  /**
   * Cuts the connection and accepts no other until `meanwhile` is done: the client then reconnects by itself and resumes from
   * its cursor.
   */
  cut(meanwhile?: () => Promise<unknown>): Promise<void>;
  /** Reads nothing from the service until `meanwhile` is done; for the client the connection stays open. */
  stall(meanwhile: () => Promise<unknown>): Promise<void>;
  /** May be called more than once. */
  close(): Promise<void>;
}

/** What really differs between the drivers. */
export interface DriverFlags {
  /** Publishes any JSON; otherwise only strings (a form field). */
  readonly publishesJson: boolean;
  /** Shows its cursor before the first message has come; `EventSource` keeps it to itself. */
  readonly showsStartCursor: boolean;
  /** Resumes from that cursor after a cut; the `eventsource` package forgets it. */
  readonly keepsStartCursor: boolean;
  /** Shows the code with which a subscription was refused; `EventSource` hides the body. */
  readonly showsRefusal: boolean;
  /** Publishes by a `POST` to its path. Default `false`. */
  readonly publishesOverHttp?: boolean;
  /** Has no open connection but one request after the other, and goes on from the cursor of an answer. Default `false`. */
  readonly polls?: boolean;
  /**
   * Gets the data of a message alone, as a text, and publishes texts on its own channel: there are no ids, so it can neither resume
   * nor learn whether a publication is stored, and a reset ends its connection. Default `false`.
   */
  readonly dataOnly?: boolean;
}

/** One stock client library on one transport. */
export interface TransportDriver {
  readonly name: string;
  /** How the wire is spoken, by the name of its service; drivers of one form differ only in the library. */
  readonly form: string;
  /** Path of the transport, such as `/sse`. */
  readonly path: string;
  readonly flags: DriverFlags;
  /**
   * Resolves once the client can know that it is subscribed: whatever is published from then on is received. Rejects with
   * a {@link TransportError} when the service refuses.
   */
  open(baseUrl: string, options: OpenOptions): Promise<TransportClient>;
}
