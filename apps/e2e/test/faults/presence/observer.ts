import type { Message } from '@tetracast/message-model';
import { setTimeout as delay } from 'node:timers/promises';
import type { Recorder } from '../subscribers';
import { type Asked, askMembers, type Snapshot } from './ask-members';
import { fold, type MemberEvent, memberEventOf } from './member-events';

const RETRY_MS = 100;

/** Keeps the members of a channel as the protocol says: a snapshot, what follows its cursor, and another snapshot after a reset. */
export class Observer implements Recorder {
  private readonly events: MemberEvent[] = [];
  private base: Snapshot | undefined;
  private asked = 0;
  private failure: Error | undefined;
  private closed = false;

  constructor(
    private readonly url: string,
    private readonly question: Asked,
  ) {}

  /** Asks for the members, until there is an answer. */
  async ask(): Promise<void> {
    const number = ++this.asked;
    this.base = undefined;
    while (!this.closed && number === this.asked) {
      const found = await askMembers(this.url, this.question);
      if (number !== this.asked) return;
      this.base = found;
      if (found !== undefined) return;
      await delay(RETRY_MS);
    }
  }

  message(message: Message): void {
    this.events.push(memberEventOf(message));
  }

  reset(): void {
    this.ask().catch((error: unknown) => this.fail(error as Error));
  }

  fail(error: Error): void {
    this.failure ??= error;
  }

  /** The events after its snapshot, in the order in which they came; `undefined` while it has no snapshot. */
  get followed(): { readonly base: Snapshot; readonly events: readonly MemberEvent[] } | undefined {
    const { base, failure } = this;
    if (failure !== undefined) throw failure;
    if (base === undefined) return undefined;
    return { base, events: this.events.filter(({ epoch, seq }) => epoch === base.epoch && seq > base.seq) };
  }

  /** Sorted; `undefined` while it does not know. */
  get users(): readonly string[] | undefined {
    const { followed } = this;
    return followed && fold(followed.base.users, followed.events);
  }

  close(): void {
    this.closed = true;
  }
}
