import { type FakeModel, Progress, startFakeModel } from '@tetracast/testing';
import { Cluster } from '../cluster';
import type { FaultyRedis } from '../log-servers';
import type { AnswerFault } from './answer-faults';
import { AUTH_SECRET, OPENAI_RELAY, RELAY } from './ask';
import type { AnswerSystem } from './run-answer';

/** The model keeps its last word until it is stopped, however long that takes on a busy machine. */
const IDLE_TIMEOUT = '10m';

/** The whole system before a fake model, and what it explains that an answer fails. */
export class AnswerCluster implements AnswerSystem, AsyncDisposable {
  private readonly progress = new Progress();
  private readonly watches = new Set<Set<string>>();
  private excuses: readonly string[] = [];
  private receivedCount = 0;
  private runningCount = 0;

  private constructor(
    private readonly cluster: Cluster<FaultyRedis>,
    readonly model: FakeModel,
  ) {}

  /** `log` ends with it. */
  static async start(log: FaultyRedis): Promise<AnswerCluster> {
    const model = await startFakeModel();
    try {
      const settings = {
        ...{ AUTH_SECRET, MAX_CONNECTIONS_PER_USER: '0', SUBSCRIBE_RATE: '0/0/0', POLL_RATE: '0/0/0' },
        ...{ [`RELAY_${RELAY.toUpperCase()}`]: model.url, [`RELAY_${OPENAI_RELAY.toUpperCase()}`]: model.url },
        [`RELAY_${OPENAI_RELAY.toUpperCase()}_SUFFIXES`]: 'chat/completions',
        RELAY_IDLE_TIMEOUT: IDLE_TIMEOUT,
      };
      return new AnswerCluster(await Cluster.start(log, settings), model);
    } catch (error) {
      await model.stop();
      throw error;
    }
  }

  get url(): string {
    return this.cluster.url;
  }

  received(): void {
    this.receivedCount++;
    this.progress.moved();
  }

  watchExcuses(): { readonly excuses: ReadonlySet<string>; end: () => void } {
    const excuses = new Set(this.excuses);
    this.watches.add(excuses);
    this.runningCount++;
    return {
      excuses,
      end: () => {
        this.watches.delete(excuses);
        this.runningCount--;
        this.progress.moved();
      },
    };
  }

  /** Runs a fault, which explains failures until `isOver` resolves. */
  async suffer({ run, excuses = [] }: AnswerFault, isOver: () => Promise<unknown>): Promise<void> {
    this.excuses = excuses;
    for (const watch of this.watches) for (const excuse of excuses) watch.add(excuse);
    await run({ cluster: this.cluster, progress: (count) => this.untilReceived(count) });
    await this.cluster.heal(1);
    await isOver();
    this.excuses = [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cluster[Symbol.asyncDispose]();
    await this.model.stop();
  }

  private untilReceived(count: number): Promise<void> {
    const wanted = this.receivedCount + count;
    return this.progress.until(
      () => this.receivedCount >= wanted || this.runningCount === 0,
      () => `${wanted - this.receivedCount} more to be received`,
    );
  }
}
