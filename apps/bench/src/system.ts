import type { LoadOptions } from './load';

export type Transport = 'WebSocket' | 'SSE' | 'long-poll' | 'poll' | 'Socket.IO' | 'none';

/** A server that can be measured: one of ours, a peer, or the limit. */
export interface System {
  readonly name: string;
  readonly transport: Transport;
  /** What must be installed before it can be started; `undefined` when it is there. */
  readonly missing?: string | undefined;
  /** The same as another checkout has built it, to be measured beside this one. Absent for what is not ours. */
  readonly builtIn?: (root: string) => System;
  start(): Promise<RunningSystem>;
}

export interface RunningSystem extends AsyncDisposable {
  /** All processes that do its work, Redis among them: their processor time is what is measured. */
  readonly pids: readonly number[];
  /** Those of its processes that share the connections; absent where that is of no matter. */
  readonly workers?: readonly number[];
  /** Where Node's inspector listens, if it was asked to. */
  readonly inspectPort?: number;
  /** How the load subscribes to it and publishes to it. */
  readonly load: LoadOptions;
  /**
   * Stores that many messages and returns how a client subscribes that has all of them still to come; absent where a
   * client cannot.
   */
  readonly store?: (messages: readonly string[]) => Promise<LoadOptions>;
  /** Host and port of each of its processes, where they are asked one by one. */
  readonly nodes?: readonly string[];
  /** The model before which it stands. */
  readonly model?: { readonly url: string; readonly pid: number };
  /** How fast it is by its own tool, for what the load cannot speak to. */
  readonly rates?: (calls: number) => Promise<Rates>;
}

export interface Rates {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}
