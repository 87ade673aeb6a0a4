import { CodedError } from '@tetracast/message-model';
import type { Runtime } from '@tetracast/node-io/runtime';
import cluster from 'node:cluster';
import type { Registry } from 'prom-client';
import { STOP_SIGNALS } from '../stop-signals';
import type { FromWorker, ToWorker } from './worker-messages';
import type { WorkerRole } from './worker-role';

/** Names the workers of one service to each other: in their environment, set by the primary process and by nobody else. */
export const WORKER_GROUP_VARIABLE = 'TETRACAST_WORKER_GROUP';

/** How long the primary process may take to add up the metrics of all. */
const METRICS_TIMEOUT_MS = 5000;

/** A worker's line to the primary process. It ends with that process: Node's cluster sees to it. */
export class PrimaryProcess implements WorkerRole {
  private asked = 0;
  private readonly waiting = new Map<number, (text: string) => void>();
  private own: Registry | undefined;
  /** Called when the service is to stop, perhaps more than once. */
  onStop: () => void = () => process.exit(0);

  /** The link of this process; `undefined` when it was not started as a worker. */
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
      else if (message.kind === 'collect-metrics') void this.tellMetrics(message.id);
      else this.waiting.get(message.id)?.(message.text);
    });
    // The primary process gets the same signal from a terminal or a service manager, and sends its orders;
    // a signal to one worker alone drains that worker as well.
    for (const signal of STOP_SIGNALS) process.on(signal, () => this.onStop());
  }

  listening(url: string): void {
    void tell({ kind: 'listening', url });
  }

  /** Resolves when the message to the primary process is sent. */
  failed(reason: string): Promise<void> {
    return tell({ kind: 'failed', reason });
  }

  shareMetrics(own: Registry): () => Promise<string> {
    this.own = own;
    return () => {
      const id = ++this.asked;
      void tell({ kind: 'ask-metrics', id });
      return new Promise((resolve, reject) => {
        const end = (): void => {
          this.runtime.clearTimeout(timer);
          this.waiting.delete(id);
        };
        const timer = this.runtime.setTimeout(() => {
          end();
          reject(new CodedError('unavailable', 'the metrics could not be added up in time'));
        }, METRICS_TIMEOUT_MS);
        this.waiting.set(id, (text) => {
          end();
          resolve(text);
        });
      });
    };
  }

  private async tellMetrics(id: number): Promise<void> {
    await tell({ kind: 'own-metrics', id, metrics: (await this.own?.getMetricsAsJSON()) ?? [] });
  }
}

/** Resolves also when nobody listens any more: then this process ends. */
function tell(message: FromWorker): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected) resolve();
    else process.send?.(message, undefined, {}, () => resolve());
  });
}
