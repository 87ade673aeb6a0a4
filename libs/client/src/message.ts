/** A message as the server sends it on every transport. */
export interface Message<T = unknown> {
  /** Names the message; also the cursor right after it, unless there is a `cursor`. */
  readonly id: string;
  readonly channel: string;
  readonly event: string;
  /** Any JSON. */
  readonly data: T;
  /** When it was stored, in milliseconds since 1970. */
  readonly time: number;
  /** The publisher's client key, if it had one. */
  readonly client?: string;
  /** The publisher's user, if it had a token. */
  readonly user?: string;
  /** From where to resume after this message, if that is not its `id`. */
  readonly cursor?: string;
}

/** The server's notice that messages may be missing: load the state again. The subscription goes on by itself. */
export interface Reset {
  readonly channels: readonly string[];
  readonly reason: 'trimmed' | 'epoch' | 'ahead' | 'invalid';
  /** From where the subscription goes on. */
  readonly cursor: string;
}

/** Where a subscription begins; without either, now. */
export interface Start {
  /** Right after this cursor; `earliest`: with the oldest message that is still stored. */
  readonly after?: string | undefined;
  /** With the last messages of the channel, at most so many. `after` wins. */
  readonly rewind?: number | undefined;
}

/** The answer to a poll. */
export interface PollAnswer {
  readonly messages: readonly Message[];
  readonly cursor: string;
  readonly reset?: Reset;
}

/** The cursor that resumes right after this message. */
export function cursorAfter({ id, cursor }: Pick<Message, 'id' | 'cursor'>): string {
  return cursor ?? id;
}
