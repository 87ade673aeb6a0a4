/**
 * Why data cannot be stored as it was sent, or `undefined`. The depth of a string or number is 0, of `[]` 1, of `[[1]]` 2. A number
 * above 1.8e308 was parsed as infinite, which JSON would write as `null`. It goes level by level, since a recursive function would
 * overflow the stack.
 */
export function flawIn(data: unknown, maxDepth: number): string | undefined {
  let level = [data];
  for (let depth = 0; level.length > 0; depth++) {
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value === 'number' && !Number.isFinite(value))
        return 'a number in the data is too large for a double: send it as a string';
      if (typeof value !== 'object' || value === null) continue;
      if (depth === maxDepth) return `the data has more than ${maxDepth} objects and lists within each other`;
      for (const member of Object.values(value)) next.push(member);
    }
    level = next;
  }
  return undefined;
}
