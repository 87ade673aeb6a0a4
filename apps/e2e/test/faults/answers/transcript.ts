import {
  CANCEL_EVENT,
  cursorAfter,
  DEFAULT_EVENT,
  END_EVENT,
  type Message,
  RELAY_EVENT,
  type Reset,
} from '@tetracast/message-model';
import type { Recorder } from '../subscribers';

/** The events of an answer's channel. */
export const ANSWER_EVENTS = [DEFAULT_EVENT, RELAY_EVENT, CANCEL_EVENT, END_EVENT];

/** The failure of an answer that says that it is longer than what came of it. */
export const INCOMPLETE = 'incomplete';

/** How an answer ended for a client. */
export interface Ending {
  /** `short`: it ended without a word, in a form that has none. */
  readonly state: 'done' | 'cancelled' | 'failed' | 'short';
  /** Of a failure: its code, or `reset` and its reason. */
  readonly code?: string;
  /** The client that cancelled it, which the message of the cancel names, too. */
  readonly by?: string | undefined;
}

interface End {
  readonly state: 'done' | 'cancelled' | 'failed';
  readonly length?: number;
  readonly client?: string;
  readonly code?: string;
}

/** What one client has of an answer, until it ends. */
export class Transcript {
  text = '';
  /** Messages that came a second time. */
  doubled = 0;
  ending: Ending | undefined;
  /** When the client got the message that someone stops it, in ms. */
  cancelledAt: number | undefined;
  /** The cursor after what it has. */
  cursor: string | undefined;
  private readonly ids = new Set<string>();
  private recorder: Recorder | undefined;
  private cancelledBy: string | undefined;

  /** `moved` is called with everything that comes. */
  constructor(private readonly moved: () => void) {}

  /** For a client that goes on with it; what the client before still hands over is left out. */
  attach(): Recorder {
    const ifAttached =
      <T>(take: (value: T) => void) =>
      (value: T): void => {
        if (this.recorder !== recorder || this.ending !== undefined) return;
        take(value);
        this.moved();
      };
    const recorder: Recorder = {
      message: ifAttached((message: Message) => this.take(message)),
      reset: ifAttached(({ reason }: Reset) => (this.ending = { state: 'failed', code: `reset ${reason}` })),
      fail: ifAttached((error: Error) => this.fail(error)),
    };
    return (this.recorder = recorder);
  }

  /** For a client that has no messages, only the text. */
  append(text: string): void {
    this.text += text;
    this.moved();
  }

  /** For a client that shows all of the text. */
  replace(text: string): void {
    if (this.ending !== undefined) return;
    this.text = text;
    this.moved();
  }

  end(ending: Ending): void {
    this.ending ??= ending;
    this.moved();
  }

  /** The client has given up for good. */
  fail({ message }: Error): void {
    this.end({ state: 'failed', code: message });
  }

  /** The client has forgotten all. */
  restart(): void {
    this.recorder = this.cursor = this.cancelledBy = undefined;
    this.text = '';
    this.ids.clear();
  }

  private take(message: Message): void {
    const { id, event, data, client } = message;
    if (this.ids.has(id)) this.doubled++;
    this.ids.add(id);
    this.cursor = cursorAfter(message);
    if (event === DEFAULT_EVENT) this.text += String(data);
    else if (event === CANCEL_EVENT) {
      this.cancelledAt ??= performance.now();
      this.cancelledBy ??= client;
    } else if (event === END_EVENT) this.ending = this.endingOf(data as End);
  }

  private endingOf({ state, length, code = '', client }: End): Ending {
    if (state === 'failed') return { state, code };
    if (length !== this.text.length) return { state: 'failed', code: INCOMPLETE };
    return state === 'cancelled' ? { state, by: client === this.cancelledBy ? client : undefined } : { state };
  }
}
