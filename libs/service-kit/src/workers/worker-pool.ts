import type { FastifyBaseLogger } from 'fastify';
import cluster, { type Worker } from 'node:cluster';
import { reassignLostConnections } from '@tetracast/node-io';
import { randomText, type Runtime } from '@tetracast/node-io/runtime';
import { WORKER_GROUP_VARIABLE } from './primary-link';
import { WorkerMetrics } from './worker-metrics';
import type { FromWorker, ToWorker } from './worker-messages';

export interface PoolEvents {
  /** Called once, when all workers accept connections, at `url`. */
  readonly ready: (url: string) => void;
  /** Called once, if workers cannot start; `reason` is a whole line. Workers that have started still serve. */
  readonly failed: (reason: string) => void;
}

/** A worker that served for this time is replaced at once; otherwise after a pause that doubles each time. */
const STEADY_MS = 10_000;
const PAUSE_MIN_MS = 100;
const PAUSE_MAX_MS = 10_000;

/** Failed starts in a row after which the pool gives up. */
const FAILED_STARTS_MAX = 5;

/** The workers of a service. It replaces each that exits by itself. */
export class WorkerPool {
  private readonly workers = new Set<Worker>();
  private readonly metrics: WorkerMetrics;
  private readonly group: string;
  private readonly pauses = new Set<NodeJS.Timeout>();
  private serving = 0;
  private isReady = false;
  private stopping = false;
  private failedStarts = 0;
  private earlyEnds = 0;
  private allEnded: () => void = () => undefined;
  private stopped: Promise<boolean> | undefined;

  constructor(
    private readonly size: number,
    private readonly entryFile: string,
    private readonly log: FastifyBaseLogger,
    private readonly runtime: Runtime,
    private readonly events: PoolEvents,
  ) {
    this.metrics = new WorkerMetrics(runtime);
    this.group = randomText(runtime, 16, 'hex');
  }

  start(): void {
    cluster.setupPrimary({ exec: this.entryFile });
    // Also if the environment says otherwise: the system would give one of two workers almost all connections.
    cluster.schedulingPolicy = cluster.SCHED_RR;
    for (let n = 0; n < this.size; n++) this.startOne();
  }

  /** Drains all workers. Resolves once all have exited, to whether each did so within `timeoutMs`. */
  stop(timeoutMs: number): Promise<boolean> {
    return (this.stopped ??= this.stopAll(timeoutMs));
  }

  private async stopAll(timeoutMs: number): Promise<boolean> {
    this.stopping = true;
    for (const pause of this.pauses) this.runtime.clearTimeout(pause);
    let clean = true;
    const timer = this.runtime.setTimeout(() => {
      clean = false;
      this.log.error(`${this.workers.size} workers did not end in ${timeoutMs} ms and are killed`);
      for (const worker of this.workers) worker.process.kill('SIGKILL');
    }, timeoutMs);
    const ended = new Promise<void>((resolve) => (this.allEnded = resolve));
    for (const worker of this.workers) send(worker, { kind: 'stop' });
    if (this.workers.size > 0) await ended;
    this.runtime.clearTimeout(timer);
    return clean;
  }

  private startOne(): void {
    const worker = cluster.fork({ [WORKER_GROUP_VARIABLE]: this.group });
    this.workers.add(worker);
    let servingSince: number | undefined;
    let reason: string | undefined;
    const end = (how: string): void => {
      if (!this.workers.delete(worker)) return;
      this.metrics.ended(worker);
      if (this.stopping) {
        if (this.workers.size === 0) this.allEnded();
      } else if (servingSince === undefined) {
        this.startFailed(reason ?? `Cannot start: worker ${worker.id} ended before it listened: ${how}`);
      } else {
        this.serving--;
        this.log.error({ worker: worker.id }, `a worker ended: ${how}; it is replaced`);
        this.replace(this.runtime.monotonicMs() - servingSince >= STEADY_MS);
      }
    };
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'failed') ({ reason } = message);
      else if (message.kind === 'own-metrics') this.metrics.answered(message.id, message.metrics);
      else if (message.kind === 'ask-metrics') void this.sendMetrics(worker, message.id);
      else {
        servingSince = this.runtime.monotonicMs();
        this.nowServing(message.url);
      }
    });
    // Not `exit`: the last message of the worker may come after that.
    worker.process.on('close', (code, signal) => {
      end(signal === null ? `exit code ${code}` : `killed by ${signal}`);
    });
    // After that listener, so that this worker no longer counts.
    reassignLostConnections(worker, () => this.serving > 0);
    // Either the worker could not be started, or a message could not be sent: then it exits by itself.
    worker.on('error', (error) => {
      if (worker.process.pid === undefined) end(error.message);
    });
  }

  private nowServing(url: string): void {
    this.failedStarts = 0;
    this.serving++;
    if (this.isReady || this.serving < this.size) return;
    this.isReady = true;
    this.events.ready(url);
  }

  private startFailed(reason: string): void {
    this.failedStarts++;
    if (!this.isReady || this.failedStarts >= FAILED_STARTS_MAX) {
      this.isReady = true;
      this.stopping = true;
      this.events.failed(reason);
      return;
    }
    this.log.error(reason);
    this.replace(false);
  }

  private replace(wasSteady: boolean): void {
    this.earlyEnds = wasSteady ? 0 : this.earlyEnds + 1;
    const pauseMs = wasSteady ? 0 : Math.min(PAUSE_MAX_MS, PAUSE_MIN_MS * 2 ** (this.earlyEnds - 1));
    const pause = this.runtime.setTimeout(() => {
      this.pauses.delete(pause);
      this.startOne();
    }, pauseMs);
    this.pauses.add(pause);
  }

  private async sendMetrics(worker: Worker, id: number): Promise<void> {
    send(worker, { kind: 'all-metrics', id, text: await this.metrics.read(this.workers) });
  }
}

/** An error is ignored: the worker is about to exit, and `exit` follows. */
function send(worker: Worker, message: ToWorker): void {
  worker.send(message, () => undefined);
}
