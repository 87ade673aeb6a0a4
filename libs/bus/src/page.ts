import type { Page, Range } from './message-log';
import type { Entry } from './entry';
import { isTrimmed } from './trimmed';

/** The page of `range`, from its entries and the numbers read with them. */
export function createPage(
  range: Range,
  position: Pick<Page, 'epoch' | 'head' | 'last'>,
  entries: readonly Entry[],
): Page {
  const { epoch, head, last } = position;
  const trimmed = range.kind === 'after' && isTrimmed(range.seq, entries[0]?.prev, last);
  // A channel's newest message is the last one that it drops.
  const more = (entries.at(-1)?.seq ?? last) < last;
  return { epoch, head, last, entries, trimmed, more };
}
