import type { CloseName, Notice } from '@tetracast/message-model';
import type { Framing } from '../delivery/framing';
import type { Sink } from '../sink';

/** A sink whose client gets no messages. It records its notices, and why it was closed. */
export class QuietSink implements Sink {
  readonly framing: Framing = { name: 'quiet', encode: () => Buffer.alloc(0) };
  readonly notices: Notice[] = [];
  closed: CloseName | undefined;
  /** Resolves when it is closed. */
  readonly whenClosed: Promise<CloseName>;
  private resolveClosed: (reason: CloseName) => void = () => undefined;

  constructor() {
    this.whenClosed = new Promise((resolve) => {
      this.resolveClosed = resolve;
    });
  }

  write(): boolean {
    return true;
  }

  sendReset(): void {
    // Not looked at.
  }

  sendNotice(notice: Notice): void {
    this.notices.push(notice);
  }

  close(reason: CloseName): void {
    this.closed = reason;
    this.resolveClosed(reason);
  }
}
