/** Where a subscription begins; the same forms on every transport. */
export type Start =
  | { readonly kind: 'now' }
  | { readonly kind: 'earliest' }
  | { readonly kind: 'rewind'; readonly count: number }
  | { readonly kind: 'after'; readonly cursor: string };

export const NOW: Start = { kind: 'now' };

/** In place of a cursor it means: all stored messages. */
const EARLIEST = 'earliest';

/**
 * The start that `after` and `rewind` name together: `after` wins, so that a client with `rewind` in its URL resumes from its
 * cursor when it reconnects. `undefined` when `rewind` is not a whole number of 0 or more.
 */
export function parseStart(after: string | undefined, rewind: string | number | undefined): Start | undefined {
  if (after !== undefined && after !== '')
    return after === EARLIEST ? { kind: 'earliest' } : { kind: 'after', cursor: after };
  if (rewind === undefined || rewind === '') return NOW;
  const count = Number(rewind);
  return Number.isSafeInteger(count) && count >= 0 ? { kind: 'rewind', count } : undefined;
}
