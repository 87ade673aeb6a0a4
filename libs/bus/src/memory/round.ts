/**
 * Goes round a map a few entries at a time, so that tidying up a large one never holds up the process. The map may
 * change in between and during a visit.
 */
export class Round<K, V> {
  private cursor: Iterator<[K, V]> | undefined;

  constructor(
    private readonly map: Map<K, V>,
    private readonly visit: (value: V, key: K) => void,
  ) {}

  /** Visits the next `count` entries at most; the one after the end of the map begins anew at the next call. */
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
