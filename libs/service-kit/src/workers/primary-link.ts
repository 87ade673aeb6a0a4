import { CodedError } from '@tetracast/message-model';
import type { Runtime } from '@tetracast/node-io/runtime';
import cluster from 'node:cluster';
import type { Registry } from 'prom-client';
import { STOP_SIGNALS } from '../stop-signals';
import type { FromWorker, ToWorker } from './worker-messages';
import type { WorkerRole } from './worker-role';

/** The environment variable with the group of the workers of one service. The primary process sets it. */
export const WORKER_GROUP_VARIABLE = 'TETRACAST_WORKER_GROUP';

/** How long the primary process may take to add up the metrics of all workers. */
const METRICS_TIMEOUT_MS = 5000;

/** A worker's channel to the primary process. Node's cluster ends the worker with that process. */
export class PrimaryProcess implements WorkerRole {
  private lastId = 0;
  private readonly waiting = new Map<number, (text: string) => void>();
  private own: Registry | undefined;
  /** Called when the service must stop, perhaps more than once. */
  onStop: () => void = () => process.exit(0);

  /** The link of this process; `undefined` if it is not a worker. */
  static open(runtime: Runtime): PrimaryProcess | undefined {
    const group = process.env[WORKER_GROUP_VARIABLE];
    const { worker } = cluster;
    return group === undefined || worker === undefined ? undefined : new PrimaryProcess(worker.id, group, runtime);
  }

  private constructor(
    readonly worker: number,
    readonly group: string,
    private readonly runtime: Runtime,
  ) {
    process.on('message', (message: ToWorker) => {
      if (message.kind === 'stop') this.onStop();
      else if (message.kind === 'collect-metrics') void this.sendMetrics(message.id);
      else this.waiting.get(message.id)?.(message.text);
    });
    // A terminal or a service manager also signals the primary process, which then stops the workers. A signal to one worker
    // alone drains that worker.
    for (const signal of STOP_SIGNALS) process.on(signal, () => this.onStop());
  }

  listening(url: string): void {
    void send({ kind: 'listening', url });
  }

  /** Resolves once the primary process has been sent the reason. */
  failed(reason: string): Promise<void> {
    return send({ kind: 'failed', reason });
  }

  shareMetrics(own: Registry): () => Promise<string> {
    this.own = own;
    return () => {
      const id = ++this.lastId;
      void send({ kind: 'ask-metrics', id });
      return new Promise((resolve, reject) => {
        const end = (): void => {
          this.runtime.clearTimeout(timer);
          this.waiting.delete(id);
        };
        const timer = this.runtime.setTimeout(() => {
          end();
          reject(new CodedError('unavailable', 'the workers did not report their metrics in time: try again later'));
        }, METRICS_TIMEOUT_MS);
        this.waiting.set(id, (text) => {
          end();
          resolve(text);
        });
      });
    };
  }

  private async sendMetrics(id: number): Promise<void> {
    await send({ kind: 'own-metrics', id, metrics: (await this.own?.getMetricsAsJSON()) ?? [] });
  }
}

/** Resolves even if the primary process is gone: then this process ends. */
function send(message: FromWorker): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected) resolve();
    else process.send?.(message, undefined, {}, () => resolve());
  });
}
