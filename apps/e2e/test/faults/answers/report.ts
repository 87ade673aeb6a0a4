import type { Outcome } from './run-answer';
import { KINDS } from './script';

/** A table of what became of the answers of each kind, and how fast stops were. */
export function report(outcomes: readonly Outcome[]): string {
  const lines = KINDS.flatMap((kind) => {
    const some = outcomes.filter(({ script }) => script.kind === kind);
    if (some.length === 0) return [];
    const counts = new Map<string, number>();
    for (const { state, reason } of some.flatMap(({ verdicts }) => verdicts)) {
      const name = state === 'failed' ? `${state} ${reason}` : state;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    const found = [...counts]
      .sort(([one], [other]) => one.localeCompare(other))
      .map(([name, count]) => `${count} ${name}`);
    return `${kind.padEnd(10)}${String(some.length).padStart(4)} answers, clients: ${found.join(', ')}`;
  });
  const stops = outcomes.flatMap(({ stopMs }) => stopMs).sort((one, other) => one - other);
  return [...lines, `stops reached ${stops.length} clients in ms: ${summaryOf(stops)}`].join('\n');
}

/** What is wrong, with the answer it is wrong with. */
export function wrongIn(outcomes: readonly Outcome[]): string[] {
  return outcomes.flatMap(({ script, verdicts, asked, isLogLost }) => {
    const wrong = verdicts.flatMap(({ state, reason = '' }) => (state === 'wrong' ? reason : []));
    const twice = asked > 1 && !isLogLost ? [`the model was asked ${asked} times`] : [];
    return [...wrong, ...twice].map((what) => `${what}: ${JSON.stringify(script)}`);
  });
}

function summaryOf(sorted: readonly number[]): string {
  const at = (part: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0).toFixed(0);
  return `p50 ${at(0.5)}, p99 ${at(0.99)}, most ${at(1)}`;
}
