import type { Runtime } from '@tetracast/node-io/runtime';
import type { Worker } from 'node:cluster';
import { AggregatorRegistry, collectDefaultMetrics, Registry } from 'prom-client';
import type { Metrics, ToWorker } from './worker-messages';

/** The metrics of a worker that does not answer in this time are those of its last answer. */
const ANSWER_TIMEOUT_MS = 2000;

/**
 * The metrics of all workers as those of one process: counts are added up, gauges as prom-client defines it for each. What a
 * worker that is gone had counted when it was last asked stays in the sums, for a count must never become less.
 */
export class WorkerMetrics {
  private asked = 0;
  private readonly last = new Map<Worker, Metrics>();
  private readonly answers = new Map<number, (metrics: Metrics) => void>();
  private gone: Metrics = [];
  private collecting: Promise<string> | undefined;
  private readonly primary = new Registry();

  constructor(private readonly runtime: Runtime) {
    collectDefaultMetrics({ register: this.primary });
  }

  /** As text, of these workers. Requests that come meanwhile get the same text. */
  read(workers: Iterable<Worker>): Promise<string> {
    this.collecting ??= this.collect([...workers]).finally(() => {
      this.collecting = undefined;
    });
    return this.collecting;
  }

  answered(id: number, metrics: Metrics): void {
    this.answers.get(id)?.(metrics);
  }

  /** The worker has ended. */
  ended(worker: Worker): void {
    const counted = this.last.get(worker)?.filter(isCount);
    this.last.delete(worker);
    if (counted !== undefined) this.gone = [...this.gone, ...counted];
  }

  private async collect(workers: readonly Worker[]): Promise<string> {
    await this.foldGone();
    const asked = Promise.all(workers.map((worker) => this.ask(worker)));
    const [own] = await Promise.all([this.primary.getMetricsAsJSON(), asked]);
    // The age of the service is that of this process, and it uses memory and time as well.
    const process = own.filter(({ name }) => name.startsWith('process_')).map(summed);
    return AggregatorRegistry.aggregate([process, ...this.last.values(), this.gone]).metrics();
  }

  /** One entry for each name, however many workers have gone. */
  private async foldGone(): Promise<void> {
    const { gone } = this;
    const folded = await AggregatorRegistry.aggregate([gone]).getMetricsAsJSON();
    // Another may have gone meanwhile.
    this.gone = [...folded, ...this.gone.slice(gone.length)];
  }

  private ask(worker: Worker): Promise<void> {
    const id = ++this.asked;
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
      // It may just be ending.
      worker.send(message, (error) => {
        if (error !== null) end();
      });
    });
  }
}

function isCount({ type }: Metrics[number]): boolean {
  // As prom-client writes them, whatever its types say.
  return ['counter', 'histogram'].includes(String(type));
}

function summed(metric: Metrics[number]): Metrics[number] {
  return metric.name === 'process_start_time_seconds' ? { ...metric, aggregator: 'first' } : metric;
}
