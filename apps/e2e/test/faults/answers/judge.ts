import { STOPPED_BY } from './ask';
import type { Ending } from './transcript';

/** What one client has at the end of an answer. */
export interface Sight {
  /** What the model had to say, whole. */
  readonly wanted: string;
  readonly text: string;
  readonly doubled: number;
  readonly ending: Ending | undefined;
  /** Whether another device has stopped it. */
  readonly isStopped: boolean;
  /** The failures that what was done to the system meanwhile explains. */
  readonly excuses: ReadonlySet<string>;
}

/** `failed` is a typed failure with a cause; `wrong` is what must never be. */
export interface Verdict {
  readonly state: 'whole' | 'stopped' | 'failed' | 'wrong';
  /** The code of the failure, or what is wrong. */
  readonly reason?: string;
}

/** The failure that explains that messages are lost. */
export const LOST_LOG = 'reset epoch';

const wrong = (reason: string): Verdict => ({ state: 'wrong', reason });

/**
 * Whole, stopped or failed: in each case the text is what the model sent, from its first byte, once and in order. Only where messages
 * are lost it can have a hole, which the failure reports.
 */
export function judge({ wanted, text, doubled, ending, isStopped, excuses }: Sight): Verdict {
  if (doubled > 0) return wrong(`${doubled} messages came twice`);
  const isReported = ending?.state === 'failed' && excuses.has(LOST_LOG);
  if (!isReported && !wanted.startsWith(text))
    return wrong(`the text differs at ${firstDifference(wanted, text)} of ${wanted.length}`);
  if (ending === undefined) return wrong(`no end after ${text.length} of ${wanted.length}`);
  const { state, code = '', by } = ending;
  if (state === 'done') {
    if (text.length < wanted.length) return wrong(`done after ${text.length} of ${wanted.length}`);
    return isStopped ? wrong('done, though it was stopped') : { state: 'whole' };
  }
  if (state === 'failed') return excuses.has(code) ? { state, reason: code } : wrong(`failed without a cause: ${code}`);
  if (!isStopped) return wrong(`${state} after ${text.length} of ${wanted.length}, nobody has stopped it`);
  return state === 'cancelled' && by !== STOPPED_BY ? wrong(`stopped by ${by ?? 'nobody'}`) : { state: 'stopped' };
}

function firstDifference(wanted: string, text: string): number {
  let at = 0;
  while (at < text.length && wanted[at] === text[at]) at++;
  return at;
}
