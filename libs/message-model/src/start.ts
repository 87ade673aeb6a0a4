/** Where a subscription begins; the same words on every transport. */
export type Start =
  | { readonly kind: 'now' }
  | { readonly kind: 'earliest' }
  | { readonly kind: 'rewind'; readonly count: number }
  | { readonly kind: 'after'; readonly cursor: string };

export const NOW: Start = { kind: 'now' };

/** The word that stands for "all that is retained" where a cursor may stand. */
const EARLIEST = 'earliest';

/**
 * The start that `after` and `rewind` name together: `after` wins, so that a client whose URL says `rewind` goes on from
 * its cursor when it comes back. `undefined` when `rewind` is no whole number, 0 or more.
 */
export function parseStart(after: string | undefined, rewind: string | number | undefined): Start | undefined {
  if (after !== undefined && after !== '')
    return after === EARLIEST ? { kind: 'earliest' } : { kind: 'after', cursor: after };
  if (rewind === undefined || rewind === '') return NOW;
  const count = Number(rewind);
  return Number.isSafeInteger(count) && count >= 0 ? { kind: 'rewind', count } : undefined;
}
