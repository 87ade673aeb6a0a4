import type { CloseName, ConnectionInfo, Stats } from '@tetracast/message-model';

/** Which connections a question is about: all of the members that are there must fit. */
export interface ConnectionFilter {
  readonly id?: string;
  readonly channel?: string;
  readonly user?: string;
  readonly client?: string;
}

/** A connection in the order of all processes: by the time it was opened, then by its process. */
export type PageKey = readonly [since: number, process: string];

/** What a process does with each connection that fits. */
export type ConnectionAction =
  | { readonly kind: 'close'; readonly reason: CloseName }
  | { readonly kind: 'subscribe'; readonly channels: readonly string[] }
  | { readonly kind: 'unsubscribe'; readonly channels: readonly string[] };

/** What a process asks all processes. */
export type ProcessQuestion =
  | { readonly kind: 'list'; readonly filter: ConnectionFilter; readonly after?: PageKey; readonly limit: number }
  | { readonly kind: 'act'; readonly filter: ConnectionFilter; readonly action: ConnectionAction }
  | { readonly kind: 'subscribers'; readonly channels: readonly string[] }
  | { readonly kind: 'stats' };

/** `since` in the precision of {@link PageKey}. */
export type ListedConnection = Omit<ConnectionInfo, 'process'>;

/** The answer of one process to each kind of question. */
export interface ProcessReplies {
  /** `more`: further connections fit, after these. */
  readonly list: { readonly connections: readonly ListedConnection[]; readonly more: boolean };
  readonly act: { readonly done: number; readonly refused: number };
  /** Connections by transport, for each channel in the order of the question. */
  readonly subscribers: readonly Readonly<Record<string, number>>[];
  readonly stats: Omit<Stats['processes'][number], 'process'>;
}
