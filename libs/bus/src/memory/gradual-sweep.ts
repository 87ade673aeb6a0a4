/**
 * Visits the entries of a map a few at a time, over and over, so that cleaning up a large map never blocks the process. The
 * map may change between and during visits.
 */
export class GradualSweep<K, V> {
  private cursor: Iterator<[K, V]> | undefined;

  constructor(
    private readonly map: Map<K, V>,
    private readonly visit: (value: V, key: K) => void,
  ) {}

  /** Visits the next entries, at most `count`; after the last one the next call starts from the first. */
  step(count: number): void {
    this.cursor ??= this.map.entries();
    for (let visited = 0; visited < count; visited++) {
      const next = this.cursor.next();
      if (next.done === true) {
        this.cursor = undefined;
        return;
      }
      this.visit(next.value[1], next.value[0]);
    }
  }
}
