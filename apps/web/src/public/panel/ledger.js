/**
 * Which message ids each panel has received, and in which order: the proof behind "none missing or duplicated".
 *
 * Ids are opaque, so the ledger never compares two of them by value. It only asks where one panel's ids stand in
 * another panel's list: an id that a panel lacks, although it has a later one, is missing; one with nothing after it
 * is merely on its way.
 */
export class Ledger {
  #books = new Map();

  open(transport) {
    this.#books.set(transport, { ids: [], seen: new Set(), fresh: new Set(), isFresh: false });
  }

  add(transport, id) {
    const book = this.#books.get(transport);
    if (book.isFresh) book.fresh.add(id);
    book.isFresh = false;
    book.ids.push(id);
    book.seen.add(id);
  }

  /** A reset was announced: what lies before the next message of this panel is known to be gone, and not missing. */
  forgive(transport) {
    this.#books.get(transport).isFresh = true;
  }

  clear() {
    for (const transport of this.#books.keys()) {
      this.open(transport);
      this.forgive(transport);
    }
  }

  /** What the other panels say about this one: all of these are counts of messages. */
  check(transport) {
    const mine = this.#books.get(transport);
    const missing = new Set();
    const waiting = new Set();
    let misplaced = 0;
    for (const theirs of this.#books.values()) {
      if (theirs === mine) continue;
      this.#collectAbsent(mine, theirs, missing, waiting);
      misplaced = Math.max(misplaced, countMisplaced(mine, theirs));
    }
    for (const id of missing) waiting.delete(id);
    const duplicated = mine.ids.length - mine.seen.size;
    return { received: mine.ids.length, missing: missing.size, waiting: waiting.size, duplicated, misplaced };
  }

  /** Walks the other list from its end, so that the panel's next id after a gap is known when the gap is met. */
  #collectAbsent(mine, theirs, missing, waiting) {
    let next = null;
    for (const id of theirs.ids.toReversed()) {
      if (mine.seen.has(id)) next = id;
      else if (next !== null && !mine.fresh.has(next)) missing.add(id);
      else if (next === null && !mine.isFresh) waiting.add(id);
    }
  }
}

/** How many ids come later in one list than in the other. It cannot say which of the two is right, so it counts both. */
function countMisplaced(mine, theirs) {
  const places = new Map([...theirs.seen].map((id, place) => [id, place]));
  let highest = -1;
  let misplaced = 0;
  for (const id of mine.seen) {
    const place = places.get(id);
    if (place === undefined) continue;
    if (place < highest) misplaced += 1;
    else highest = place;
  }
  return misplaced;
}
