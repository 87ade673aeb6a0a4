import type { Registry } from 'prom-client';

/** What makes a process one of several that serve a port together. */
export interface WorkerRole {
  /** Its number, for the log; the process that replaces it has another. */
  readonly worker: number;
  /** What the processes on this port, and only they, are called; not to be guessed. */
  readonly group: string;
  /** Lets this registry be read by all of them; returns what reads the sums over all, as text. */
  shareMetrics(own: Registry): () => Promise<string>;
}
