import { type FakeModel, launchChromium, Progress, startFakeModel } from '@tetracast/testing';
import type { Browser } from 'playwright-core';
import { Cluster } from '../cluster';
import type { FaultyRedis } from '../log-servers';
import type { AnswerFault } from './answer-faults';
import { AUTH_SECRET, CHAT_RELAY, OPENAI_RELAY, RELAY } from './ask';
import { startChatModel } from './chat/chat-model';
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
    readonly browser: Browser | undefined,
    private readonly parts: readonly AsyncDisposable[],
  ) {}

  /** `log` ends with it. Chats need a browser. */
  static async start(log: FaultyRedis, { hasBrowser }: { readonly hasBrowser: boolean }): Promise<AnswerCluster> {
    const parts: AsyncDisposable[] = [log];
    const keep = <T extends AsyncDisposable>(part: T): T => {
      parts.unshift(part);
      return part;
    };
    try {
      const model = keep(await startFakeModel());
      const chatModel = keep(await startChatModel(model.url));
      const browser = hasBrowser ? keep(await launchChromium()) : undefined;
      // From here on the cluster closes it.
      parts.splice(parts.indexOf(log), 1);
      const cluster = await Cluster.start(log, {
        ...{ AUTH_SECRET, MAX_CONNECTIONS_PER_USER: '0', SUBSCRIBE_RATE: '0/0/0', POLL_RATE: '0/0/0' },
        ...settingOf(RELAY, model.url),
        ...settingOf(OPENAI_RELAY, model.url, { SUFFIXES: 'chat/completions' }),
        ...settingOf(CHAT_RELAY, chatModel.url),
        RELAY_IDLE_TIMEOUT: IDLE_TIMEOUT,
      });
      return new AnswerCluster(keep(cluster), model, browser, parts);
    } catch (error) {
      await closeAll(parts);
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
    await closeAll(this.parts);
  }

  private untilReceived(count: number): Promise<void> {
    const wanted = this.receivedCount + count;
    return this.progress.until(
      () => this.receivedCount >= wanted || this.runningCount === 0,
      () => `${wanted - this.receivedCount} more to be received`,
      // An answer that hangs is found by its own wait.
      Infinity,
    );
  }
}

/** The settings of a relay: its upstream, and others by what follows its name. */
function settingOf(name: string, url: string, others: Readonly<Record<string, string>> = {}): Record<string, string> {
  const prefix = `RELAY_${name.toUpperCase()}`;
  return {
    [prefix]: url,
    ...Object.fromEntries(Object.entries(others).map(([key, value]) => [`${prefix}_${key}`, value])),
  };
}

async function closeAll(parts: readonly AsyncDisposable[]): Promise<void> {
  for (const part of parts) await part[Symbol.asyncDispose]();
}
