import type { Registry } from 'prom-client';

/** What a process counts, as `AggregatorRegistry.aggregate` takes it. */
export type Metrics = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/** What a worker tells the primary process. */
export type FromWorker =
  /** It takes connections at this address. */
  | { readonly kind: 'listening'; readonly url: string }
  /** It cannot start, and is about to end: one line that says why. */
  | { readonly kind: 'failed'; readonly reason: string }
  /** Somebody wants the metrics of all. */
  | { readonly kind: 'ask-metrics'; readonly id: number }
  | { readonly kind: 'own-metrics'; readonly id: number; readonly metrics: Metrics };

/** What the primary process tells a worker. */
export type ToWorker =
  /** Drain, and end. */
  | { readonly kind: 'stop' }
  | { readonly kind: 'collect-metrics'; readonly id: number }
  | { readonly kind: 'all-metrics'; readonly id: number; readonly text: string };
