/**
 * Whether messages of a channel that followed `seq` are no longer stored. `firstPrev`: what came before the first entry
 * stored after `seq`, `undefined` when none is; `last`: the newest seq the channel ever had, or the least bound known.
 */
export function isTrimmed(seq: number, firstPrev: number | undefined, last: number): boolean {
  return (firstPrev ?? last) > seq;
}
