import type { Registry } from 'prom-client';

/** The metrics of a process, in the form that `AggregatorRegistry.aggregate` takes. */
export type Metrics = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/** Messages from a worker to the primary process. */
export type FromWorker =
  /** The worker accepts connections at this address. */
  | { readonly kind: 'listening'; readonly url: string }
  /** The worker cannot start, and is about to exit; `reason` is one line. */
  | { readonly kind: 'failed'; readonly reason: string }
  /** A client of the worker asks for the metrics of all workers. */
  | { readonly kind: 'ask-metrics'; readonly id: number }
  | { readonly kind: 'own-metrics'; readonly id: number; readonly metrics: Metrics };

/** Messages from the primary process to a worker. */
export type ToWorker =
  /** Drain, and exit. */
  | { readonly kind: 'stop' }
  | { readonly kind: 'collect-metrics'; readonly id: number }
  | { readonly kind: 'all-metrics'; readonly id: number; readonly text: string };
