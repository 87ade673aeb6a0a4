import type { Registry } from 'prom-client';

/** The role of a process that serves a port together with others. */
export interface WorkerRole {
  /** Its number in log lines. The process that replaces it has another. */
  readonly worker: number;
  /** A name that the processes on this port share, and that cannot be guessed. */
  readonly group: string;
  /** Shares this registry with the other processes. Returns a function that reads the sums over all, as text. */
  shareMetrics(own: Registry): () => Promise<string>;
}
