const PERCENTILES = [50, 90, 99, 99.9, 100];

/** The value below which `percent` of these are; 0 of none. */
export function percentile(sorted: readonly number[], percent: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? 0;
}

export const sortedCopy = (values: readonly number[]): number[] => values.toSorted((one, other) => one - other);

/** `p50 1.2 ms   p90 …`. */
export function percentilesText(sorted: readonly number[]): string {
  return PERCENTILES.map((percent) => `p${percent} ${percentile(sorted, percent).toFixed(1)} ms`).join('   ');
}

/** How many values are at most 1, 2, 4, … and more than the step before, from the first step that has any to the last. */
export function histogramOf(sorted: readonly number[]): (readonly [upper: number, count: number])[] {
  const counts = new Map<number, number>();
  for (const ms of sorted) {
    const upper = 2 ** Math.max(0, Math.ceil(Math.log2(ms)));
    counts.set(upper, (counts.get(upper) ?? 0) + 1);
  }
  const steps: [number, number][] = [];
  const last = Math.max(...counts.keys());
  for (let upper = Math.min(...counts.keys()); upper <= last; upper *= 2) steps.push([upper, counts.get(upper) ?? 0]);
  return steps;
}
