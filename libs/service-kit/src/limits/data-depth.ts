/**
 * Whether more than `most` objects and lists are within each other: a text or number is 0 deep, `[]` 1, `[[1]]` 2. Level by
 * level, since a function that calls itself would be ended by what it is to find.
 */
export function isDeeperThan(value: unknown, most: number): boolean {
  let level = isBranch(value) ? [value] : [];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > most) return true;
    level = level.flatMap((branch): unknown[] => Object.values(branch)).filter(isBranch);
  }
  return false;
}

function isBranch(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
