import type { FastifyBaseLogger } from 'fastify';
import cluster, { type Worker } from 'node:cluster';
import { reassignLostConnections } from '@tetracast/node-io';
import { randomText, type Runtime } from '@tetracast/node-io/runtime';
import { WORKER_GROUP_VARIABLE } from './primary-link';
import { WorkerMetrics } from './worker-metrics';
import type { FromWorker, ToWorker } from './worker-messages';

export interface PoolEvents {
  /** As many workers as were asked for take connections, at `url`. Once. */
  readonly ready: (url: string) => void;
  /** Workers cannot start; `reason` is a whole line. Once; the others still serve. */
  readonly failed: (reason: string) => void;
}

/** One that served for so long is replaced at once; one that ends earlier after a pause that doubles each time. */
const STEADY_MS = 10_000;
const PAUSE_MIN_MS = 100;
const PAUSE_MAX_MS = 10_000;

/** Of so many replacements in a row none began to serve: the next would not, either. */
const FAILED_STARTS_MAX = 5;

/** The workers of a service: each that ends by itself is replaced. */
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
    // Whatever the environment says: left to the system, one of two workers would get nearly all connections.
    cluster.schedulingPolicy = cluster.SCHED_RR;
    for (let n = 0; n < this.size; n++) this.startOne();
  }

  /** Has all workers drain; resolves when all have ended, to whether each did so within `timeoutMs`. */
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
      else if (message.kind === 'ask-metrics') void this.tellMetrics(worker, message.id);
      else {
        servingSince = this.runtime.monotonicMs();
        this.nowServing(message.url);
      }
    });
    // Not `exit`: what it said last may come after that.
    worker.process.on('close', (code, signal) => {
      end(signal === null ? `exit code ${code}` : `killed by ${signal}`);
    });
    // Behind that, when this one no longer counts.
    reassignLostConnections(worker, () => this.serving > 0);
    // The worker could not be started, or could not get a message: then it ends by itself.
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

  private async tellMetrics(worker: Worker, id: number): Promise<void> {
    send(worker, { kind: 'all-metrics', id, text: await this.metrics.read(this.workers) });
  }
}

/** It may just be ending, which is heard by its exit. */
function send(worker: Worker, message: ToWorker): void {
  worker.send(message, () => undefined);
}
