import type { Runtime } from '@tetracast/node-io/runtime';

/** How long one turn of the event loop may take, in ms: connections get their messages in between. */
const TURN_MS = 5;

/** Visits the items, with pauses for other work. Stops early if `visit` returns `false`. */
export async function inTurns<T>(items: Iterable<T>, runtime: Runtime, visit: (item: T) => unknown): Promise<void> {
  let startedAt = runtime.monotonicMs();
  for (const item of items) {
    if (visit(item) === false) return;
    if (runtime.monotonicMs() - startedAt < TURN_MS) continue;
    await new Promise<void>((resolve) => runtime.setImmediate(resolve));
    startedAt = runtime.monotonicMs();
  }
}
