import type { Runtime } from '@tetracast/node-io/runtime';
import type { Worker } from 'node:cluster';
import { AggregatorRegistry, collectDefaultMetrics, Registry } from 'prom-client';
import type { Metrics, ToWorker } from './worker-messages';

/** Time for the answer of a worker. After it, its last answer counts. */
const ANSWER_TIMEOUT_MS = 2000;

/**
 * The metrics of all workers as those of one process: counts are added up, and gauges as prom-client defines it for each. The last
 * known counts of a worker that has exited stay in the sums, since a count must never become less.
 */
export class WorkerMetrics {
  private lastId = 0;
  private readonly last = new Map<Worker, Metrics>();
  private readonly answers = new Map<number, (metrics: Metrics) => void>();
  private gone: Metrics = [];
  private collecting: Promise<string> | undefined;
  private readonly primary = new Registry();

  constructor(private readonly runtime: Runtime) {
    collectDefaultMetrics({ register: this.primary });
  }

  /** The metrics of these workers as text. Calls that come meanwhile get the same text. */
  read(workers: Iterable<Worker>): Promise<string> {
    this.collecting ??= this.collect([...workers]).finally(() => {
      this.collecting = undefined;
    });
    return this.collecting;
  }

  answered(id: number, metrics: Metrics): void {
    this.answers.get(id)?.(metrics);
  }

  /** Call it when a worker has exited. */
  ended(worker: Worker): void {
    const counted = this.last.get(worker)?.filter(isCount);
    this.last.delete(worker);
    if (counted !== undefined) this.gone = [...this.gone, ...counted];
  }

  private async collect(workers: readonly Worker[]): Promise<string> {
    await this.foldGone();
    const answers = Promise.all(workers.map((worker) => this.ask(worker)));
    const [own] = await Promise.all([this.primary.getMetricsAsJSON(), answers]);
    // The age of the service is that of this process, which uses memory and time too.
    const process = own.filter(({ name }) => name.startsWith('process_')).map(summed);
    return AggregatorRegistry.aggregate([process, ...this.last.values(), this.gone]).metrics();
  }

  /** Keeps one entry for each name, however many workers have exited. */
  private async foldGone(): Promise<void> {
    const { gone } = this;
    const folded = await AggregatorRegistry.aggregate([gone]).getMetricsAsJSON();
    // Another worker may have exited meanwhile.
    this.gone = [...folded, ...this.gone.slice(gone.length)];
  }

  private ask(worker: Worker): Promise<void> {
    const id = ++this.lastId;
    return new Promise((resolve) => {
      const end = (): void => {
        this.runtime.clearTimeout(timer);
        this.answers.delete(id);
        worker.removeListener('exit', end);
        resolve();
      };
      const timer = this.runtime.setTimeout(end, ANSWER_TIMEOUT_MS);
      worker.once('exit', end);
      this.answers.set(id, (metrics) => {
        this.last.set(worker, metrics);
        end();
      });
      const message: ToWorker = { kind: 'collect-metrics', id };
      // The worker may be about to exit.
      worker.send(message, (error) => {
        if (error !== null) end();
      });
    });
  }
}

function isCount({ type }: Metrics[number]): boolean {
  // The values that prom-client really uses; its types differ.
  return ['counter', 'histogram'].includes(String(type));
}

function summed(metric: Metrics[number]): Metrics[number] {
  return metric.name === 'process_start_time_seconds' ? { ...metric, aggregator: 'first' } : metric;
}
