import { nodeRuntime, type Runtime } from '@tetracast/node-io/runtime';
import { inTurns } from '../../src/processes/in-turns';

/** A clock on which each item takes 1 ms. */
function slowRuntime(): Runtime & { turns: number } {
  let now = 0;
  const runtime = {
    ...nodeRuntime,
    turns: 0,
    monotonicMs: () => now++,
    setImmediate: (task: () => void) => {
      runtime.turns++;
      return nodeRuntime.setImmediate(task);
    },
  };
  return runtime;
}

it('visits all items, and pauses when a turn takes too long', async () => {
  const runtime = slowRuntime();
  const seen: number[] = [];
  await inTurns(
    Array.from({ length: 100 }, (_, index) => index),
    runtime,
    (item) => {
      seen.push(item);
    },
  );
  expect(seen).toEqual(Array.from({ length: 100 }, (_, index) => index));
  expect(runtime.turns).toBe(20);
});

it('stops early', async () => {
  const seen: number[] = [];
  await inTurns([1, 2, 3], nodeRuntime, (item) => seen.push(item) < 2);
  expect(seen).toEqual([1, 2]);
});
