/** Counts that all nodes share, for rate limits. */
export interface RateCounters {
  /**
   * Adds to counts, and resolves with the approximate sum of each over the last `windowMs`, in their order; 0 may be added.
   * A count expires two windows after the last addition. One name always has the same window.
   *
   * @throws BusUnavailableError while the counters cannot be reached
   */
  addCounts(counts: ReadonlyMap<string, number>, windowMs: number): Promise<number[]>;
}
