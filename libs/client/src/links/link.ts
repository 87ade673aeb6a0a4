import { type TetracastError, toError } from '../errors';
import type { HttpClient } from '../http';
import type { Message, Reset, Start } from '../message';

/** What a link reports. After {@link Link.close} nobody listens. */
export interface LinkEvents {
  /** The transport works: the server's first word has arrived. Only the first call counts. */
  onReady(): void;
  /** Bytes arrived. */
  readonly onActivity: () => void;
  /** The position moved to `cursor`, which resumes right after what arrived, if anything did. */
  onMove(cursor: string, arrived?: Message | Reset): void;
  readonly onEnd: (error: TetracastError) => void;
}

/** `true`: the client is a member of its channels; `observe`: it only gets their joins and leaves. */
export type PresenceMode = true | 'observe';

export interface LinkContext extends HttpClient {
  readonly presence: PresenceMode | undefined;
  readonly WebSocket: WebSocketConstructor | undefined;
}

export interface Publication {
  readonly channel: string;
  readonly data: unknown;
  readonly event?: string | undefined;
  readonly echo?: boolean | undefined;
  readonly end?: boolean | undefined;
  readonly idempotencyKey: string;
}

export interface PublishResult {
  /** The message's id. */
  readonly id: string;
  /** A publication with this idempotency key was stored before: the `id` is that of the first. */
  readonly duplicate?: boolean;
}

/** Gets the result of what was asked for, or why there is none. It is not called if the link ends before. */
export type Done<T> = (error: TetracastError | undefined, result: T) => void;

/** A link, as far as publications need it. */
export interface PublishingLink {
  /** Absent: publications go by HTTP. */
  publish?(publication: Publication, done: Done<PublishResult>): void;
  /** A publication is on its way by HTTP, and the server does not know that the link is this client's, as `echo: false` needs. */
  hush?(publication: Publication, posted: Promise<PublishResult>): void;
}

/** One open connection, on one transport. */
export interface Link extends PublishingLink {
  /** Subscribes to channels. Absent: it has those with which it was opened. */
  join?(channels: readonly string[], start: Start, done: Done<void>): void;
  leave?(channel: string): void;
  /** Asks for a sign of life. */
  ping?(): void;
  close(): void;
}

/** @param channels for a link that cannot join any later */
export type OpenLink = (context: LinkContext, channels: readonly string[], start: Start, events: LinkEvents) => Link;

/** A link that makes requests, until one fails or the link is closed. */
export function createRequestLink(run: (signal: AbortSignal) => Promise<unknown>, { onEnd }: LinkEvents): Link {
  const ending = new AbortController();
  run(ending.signal).catch((error: unknown) => onEnd(toError(error)));
  return { close: () => ending.abort() };
}

/** What this package uses of the standard `WebSocket`; npm's `ws` has it, too. */
export interface WebSocketLike {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  readonly readyState: number;
  send(text: string): void;
  close(): void;
}

export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike;
