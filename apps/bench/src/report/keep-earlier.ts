import type { Result } from '../rounds';
import type { Machine } from './machine';

/** The results of a run and, for the scenarios that it left out, those of an earlier report: each says when it was measured. */
export function keepEarlier(
  run: readonly Result[],
  { machine, results }: { readonly machine: Machine; readonly results: readonly Result[] },
  names: readonly string[],
): Result[] {
  const measured = `on ${machine['date'] ?? '?'}, Tetracast ${machine['Tetracast'] ?? '?'}`;
  const earlier = results.filter(({ name }) => !run.some((result) => result.name === name));
  const all = [...run, ...earlier.map((result) => ({ measured, ...result }))];
  return all.sort((one, next) => names.indexOf(one.name) - names.indexOf(next.name));
}
