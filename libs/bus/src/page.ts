import type { Page, Range } from './message-log';
import type { Entry } from './entry';
import { isTrimmed } from './trimmed';

/** What a read finds besides the entries. `oldest`: sequence number of the channel's oldest stored entry; 0 without one. */
export interface LogNumbers extends Pick<Page, 'epoch' | 'head' | 'last'> {
  readonly oldest: number;
}

/** The page of `range`, from its entries and the numbers read with them. */
export function createPage(range: Range, numbers: LogNumbers, found: readonly Entry[]): Page {
  const { epoch, head, last, oldest } = numbers;
  if (range.kind === 'before') {
    const more = (found.at(-1)?.seq ?? oldest) > oldest;
    return { epoch, head, last, entries: found, trimmed: false, more };
  }
  const entries = relink(found);
  const trimmed = range.kind === 'after' && isTrimmed(range.seq, entries[0]?.prev, last);
  // A channel's newest message is the last one that it drops.
  const more = (entries.at(-1)?.seq ?? last) < last;
  return { epoch, head, last, entries, trimmed, more };
}

/** Consecutive entries, each with the one before it as `prev`: a message between them may have been deleted. */
function relink(entries: readonly Entry[]): readonly Entry[] {
  const isLinked = entries.every(({ prev }, i) => i === 0 || prev === entries[i - 1]?.seq);
  if (isLinked) return entries;
  return entries.map((entry, i) => ({ ...entry, prev: entries[i - 1]?.seq ?? entry.prev }));
}
