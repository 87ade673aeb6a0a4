import type { Batch, Framing } from '@tetracast/hub';
import {
  type CloseName,
  type EncodedMessage,
  END_EVENT,
  RELAY_EVENT,
  RELAY_FAILURES,
  type RelayEnd,
  type RelayStart,
} from '@tetracast/message-model';
import { SseSink, type StreamBody } from '@tetracast/service-kit/event-stream';

/** What the first message of the channel says: there is an answer; its beginning is no longer stored; or there is none, and why. */
type Outcome = 'open' | 'trimmed' | Extract<RelayEnd, { state: 'failed' }>;

/** Takes over the socket of the request and calls `open`. */
export type Begin = (sink: RelaySink, start: RelayStart) => void;

/**
 * The answer of a relay as an event stream of its channel. It begins with the first message, which says whether there is an answer,
 * and closes after the last.
 */
export class RelaySink extends SseSink {
  private isDecided = false;
  private onDecided: (outcome: Outcome) => void = () => undefined;

  readonly outcome = new Promise<Outcome>((resolve) => (this.onDecided = resolve));

  constructor(
    body: StreamBody,
    framing: Framing,
    private readonly onBegin: Begin,
  ) {
    super(body, framing);
  }

  override write(batch: Batch): boolean {
    if (!this.isDecided) this.decide(batch.entries[0]?.message);
    if (!this.isOpen) return true;
    const takes = this.writeBatch(batch);
    if (batch.entries.at(-1)?.isEnd === true) this.finish(batch.entries.at(-1)?.message);
    return takes;
  }

  /** Before the upstream has begun the client gets a problem, so that it asks another process. */
  override close(reason: CloseName): void {
    if (this.isDecided) super.close(reason);
    else this.onDecided({ state: 'failed', code: 'relay_stopped', error: RELAY_FAILURES.relay_stopped });
  }

  protected writeBatch(batch: Batch): boolean {
    return super.write(batch);
  }

  /** The last message was written. */
  protected finish(_last: EncodedMessage | undefined): void {
    this.end();
  }

  private decide(first: EncodedMessage | undefined): void {
    this.isDecided = true;
    if (first?.event === RELAY_EVENT) {
      this.onBegin(this, JSON.parse(first.data) as RelayStart);
      this.onDecided('open');
      return;
    }
    const end = first?.event === END_EVENT ? (JSON.parse(first.data) as RelayEnd) : undefined;
    this.onDecided(end?.state === 'failed' ? end : 'trimmed');
  }
}
