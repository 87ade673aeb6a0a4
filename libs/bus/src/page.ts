import type { Page, Range } from './message-log';
import type { Entry } from './entry';
import { isTrimmed } from './trimmed';

/** What was found in `range`, and what the numbers that were read with it say of the places around it. */
export function createPage(range: Range, at: Pick<Page, 'epoch' | 'head' | 'last'>, entries: readonly Entry[]): Page {
  const { epoch, head, last } = at;
  const trimmed = range.kind === 'after' && isTrimmed(range.seq, entries[0]?.prev, last);
  // A channel's newest message is the last that its log lets go of.
  const more = (entries.at(-1)?.seq ?? last) < last;
  return { epoch, head, last, entries, trimmed, more };
}
