import { type Io, paint } from '../io';
import { type Finding, type Problem, PROBLEMS } from './problems';
import type { ProxyName } from './proxies';
import { type Change, changesFor } from './remedies';

/** One line for what was checked. */
export function lineOf({ check, problem, isUnknown, detail }: Finding, io: Io): string {
  const [style, mark] =
    problem !== undefined
      ? (['red', 'FAILED'] as const)
      : isUnknown === true
        ? (['yellow', '-     '] as const)
        : (['green', 'ok    '] as const);
  return `${paint(io, io.stdout, style, mark)} ${check}: ${detail}`;
}

export interface Remedy {
  readonly problem: Problem;
  readonly what: string;
  readonly changes: readonly (readonly [ProxyName, readonly Change[]])[];
}

/** What is wrong, and for each of these proxies what mends it there. */
export function remedyOf(problem: Problem, proxies: readonly ProxyName[], backend: string): Remedy {
  const changes = proxies
    .map((proxy) => [proxy, changesFor(problem, proxy, backend)] as const)
    .filter(([, found]) => found.length > 0);
  return { problem, what: PROBLEMS[problem], changes };
}

export function textOf({ problem, what, changes }: Remedy, io: Io): string {
  const lines = changes.flatMap(([proxy, list]) => list.flatMap((change) => textOfChange(proxy, change)));
  return [`${paint(io, io.stdout, 'bold', problem)}: ${what}`, ...lines].join('\n');
}

function textOfChange(proxy: ProxyName, { in: part, remove = [], add = [] }: Change): string[] {
  return [
    ...(remove.length === 0 ? [] : [`  ${proxy}, in ${part}, without lines that begin with`, ...indent(remove)]),
    ...(add.length === 0 ? [] : [`  ${proxy}, in ${part}, add`, ...indent(add)]),
  ];
}

const indent = (lines: readonly string[]): string[] => lines.map((line) => `    ${line}`);
