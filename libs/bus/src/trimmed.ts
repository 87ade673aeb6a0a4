/**
 * Whether messages of a channel after `seq` are no longer stored. `firstPrev`: `prev` of the first entry stored after `seq`,
 * `undefined` without one; `last`: the channel's greatest sequence number ever, or the least upper bound known.
 */
export function isTrimmed(seq: number, firstPrev: number | undefined, last: number): boolean {
  return (firstPrev ?? last) > seq;
}
