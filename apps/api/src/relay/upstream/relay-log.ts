import { BusUnavailableError, type Publication } from '@tetracast/bus';
import { DEFAULT_EVENT, END_EVENT, type RelayEnd, type RelayFailure } from '@tetracast/message-model';
import type { Runtime } from '@tetracast/node-io/runtime';
import type { SharedAppends } from './shared-appends';

/** How long a message is tried again while the message log cannot be reached; longer than a failover. */
const RETRY_MS = 20_000;
const RETRY_EVERY_MS = 250;

/** Of the idempotency keys of relays; no publisher has such a name. */
const OWNER = 'relay';

/** The message log is another one, or was away for too long: what is stored may have a hole. */
export class LogLostError extends Error {
  override readonly name = 'LogLostError';
}

/** How an answer ends. */
export type Ending =
  | { readonly state: 'done' }
  | { readonly state: 'cancelled'; readonly client?: string; readonly user?: string }
  | ({ readonly state: 'failed' } & RelayFailure);

/** Stores the messages of one relay, each once, also while the message log is away for a short time. */
export class RelayLog {
  private epoch: string | undefined;
  private length = 0;
  private count = 0;

  constructor(
    private readonly appends: SharedAppends,
    private readonly channel: string,
    private readonly runtime: Runtime,
  ) {}

  /** `data`: JSON text. @throws LogLostError; CodedError `channel_ended` if another process has ended the channel */
  async store(event: string, data: string): Promise<void> {
    await this.publish({ event, data, idempotencyKey: String(++this.count) });
  }

  /** Stores a piece of the answer. @throws as {@link store} */
  async storeText(text: string): Promise<void> {
    await this.store(DEFAULT_EVENT, JSON.stringify(text));
    this.length += text.length;
  }

  /** Stores the last message, unless there is one. @throws as {@link store} */
  async end(ending: Ending): Promise<void> {
    // What is stored of a lost one is not known.
    const isLost = ending.state === 'failed' && ending.code === 'relay_lost';
    const end: RelayEnd = isLost ? ending : { ...ending, length: this.length };
    // What was lost does not matter: the end says so.
    this.epoch = undefined;
    await this.publish({ event: END_EVENT, data: JSON.stringify(end), ends: true, idempotencyKey: 'end' });
  }

  private async publish(message: Pick<Publication, 'event' | 'data' | 'ends' | 'idempotencyKey'>): Promise<void> {
    const { appends, channel, runtime } = this;
    const publication = { ...message, channel, echo: true, idempotencyOwner: OWNER, idempotencyTtlMs: RETRY_MS };
    const giveUpAt = runtime.monotonicMs() + RETRY_MS;
    for (;;) {
      try {
        this.requireSameLog(await appends.append(publication));
        return;
      } catch (error) {
        if (!(error instanceof BusUnavailableError)) throw error;
        if (runtime.monotonicMs() >= giveUpAt) throw new LogLostError('the message log is away', { cause: error });
        await new Promise<void>((resolve) => runtime.setTimeout(resolve, RETRY_EVERY_MS));
      }
    }
  }

  /** A message log with another epoch may have lost what it acknowledged. */
  private requireSameLog(id: string): void {
    const epoch = id.slice(0, id.lastIndexOf('-'));
    this.epoch ??= epoch;
    if (epoch !== this.epoch) throw new LogLostError('the message log is another one');
  }
}
