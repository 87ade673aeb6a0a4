import { call } from '../environment';
import { createQueue } from '../subscriptions/queue';
import type { Status, StatusListener } from './status';

/** The current status, and those who listen to it. */
export interface StatusBoard {
  readonly status: Status;
  readonly set: (status: Status) => void;
  /** Returns the way to stop. */
  readonly onStatus: (listener: StatusListener) => () => void;
  /** The current status, then each change; ends after `closed`, and when `signal` is aborted. */
  readonly statuses: (signal?: AbortSignal) => AsyncIterableIterator<Status>;
}

export function createStatusBoard(): StatusBoard {
  const listeners = new Set<StatusListener>();
  let current: Status = { state: 'idle' };
  const onStatus = (listener: StatusListener): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return {
    get status() {
      return current;
    },
    set: (status) => {
      current = status;
      for (const listener of listeners) call(listener, status);
    },
    onStatus,
    statuses: (signal) => {
      const push = (status: Status): void => {
        queue.push(status);
        if (status.state === 'closed') queue.end();
      };
      const stop = onStatus(push);
      const queue = createQueue<Status>(stop);
      signal?.addEventListener('abort', queue.stop);
      push(current);
      return queue;
    },
  };
}
