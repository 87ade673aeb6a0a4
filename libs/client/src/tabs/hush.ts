import type { Message } from '../message';
import type { PublishResult } from '../links/link';

/** Keeps messages from the tab that published them with `echo: false`: the server cannot, on the connection of another tab. */
export interface Hush {
  /** A publication is on its way. Until the server has answered, the messages of this tab wait, and what comes after them. */
  readonly add: (posted: Promise<PublishResult>) => void;
  /** Calls `deliver` in the order of the calls, unless the message is one of those publications. */
  readonly pass: (message: Message | undefined, deliver: (isHushed: boolean) => void) => void;
}

export function createHush(clientKey: string): Hush {
  const hushed = new Set<string>();
  let underWay = 0;
  /** The message before, which each subscription to its channel gets. */
  let last = '';
  let held: [message: Message | undefined, deliver: (isHushed: boolean) => void][] = [];

  const pass: Hush['pass'] = (message, deliver) => {
    if (held.length > 0 || (underWay > 0 && message?.client === clientKey)) {
      held.push([message, deliver]);
      return;
    }
    if (message && message.id !== last) {
      hushed.delete(last);
      last = message.id;
    }
    deliver(message !== undefined && hushed.has(message.id));
  };
  return {
    add: (posted) => {
      underWay++;
      const end = (result?: PublishResult): void => {
        underWay--;
        if (result) hushed.add(result.id);
        const waiting = held;
        held = [];
        for (const [message, deliver] of waiting) pass(message, deliver);
      };
      posted.then(end, () => end());
    },
    pass,
  };
}
