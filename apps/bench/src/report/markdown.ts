import { judge } from '../marks';
import type { Cell, Result } from '../rounds';
import type { Machine } from './machine';

/** The whole report: where it was measured, and a table for each scenario. */
export function toMarkdown(results: readonly Result[], machine: Machine, rounds: number): string {
  const about = Object.entries(machine).map(([name, value]) => `- ${name}: ${value}`);
  const head = ['# One run of the benchmark', '', ...about, `- rounds: ${rounds}, systems alternating`];
  const legend = [
    'A cell is the median of the rounds, with the least and the greatest behind it. **×** is the ratio to the first system of',
    'the same transport, which is ours: × 2 is twice our figure. Servers run on one core, the load on another.',
  ];
  return [...head, '', ...legend, ...results.flatMap(toSection), ...toMarks(results), ''].join('\n');
}

/** What we hold ourselves to, and whether this run met it. */
function toMarks(results: readonly Result[]): string[] {
  const lines = judge(results).map(({ mark, wanted, measured, met }) => [
    mark,
    wanted,
    measured.toPrecision(3),
    met ? 'met' : '**not met**',
  ]);
  return lines.length === 0 ? [] : ['', '## Marks', '', ...toTable([['Mark', 'Wanted', 'Measured', ''], ...lines])];
}

function toSection({ title, unit, method, rows, left, measured }: Result): string[] {
  const columns = [...new Set(rows.flatMap(({ cells }) => Object.keys(cells)))];
  const lines = [['Transport', 'System', ...columns.flatMap((column) => [column, '×'])]];
  for (const row of rows) {
    lines.push([row.transport, row.name, ...columns.flatMap((column) => toCells(row.cells[column]))]);
  }
  const notMeasured = left.length === 0 ? [] : ['', `Not measured: ${left.join('; ')}.`];
  const when = measured === undefined ? '' : ` Measured in another run, ${measured}.`;
  return [
    '',
    `## ${title}`,
    '',
    method,
    '',
    `Unit: ${unit}.${when}`,
    '',
    ...toTable(withoutEmpty(lines)),
    ...notMeasured,
  ];
}

/** Without the columns that say nothing in any line: the ratios where there is nothing to compare. */
function withoutEmpty([head = [], ...rest]: readonly string[][]): string[][] {
  const says = head.map((_, i) => rest.some((cells) => cells[i] !== ''));
  return [head, ...rest].map((cells) => cells.filter((_, i) => says[i]));
}

function toCells(cell: Cell | undefined): [figure: string, ratio: string] {
  return cell === undefined ? ['—', ''] : [toText(cell), cell.ratio?.toFixed(2) ?? ''];
}

function toText({ median, values, lost }: Cell): string {
  const incomplete = lost > 0 ? ` **${(lost * 100).toPrecision(2)} % lost**` : '';
  return `${short(median)} (${short(Math.min(...values))}–${short(Math.max(...values))})${incomplete}`;
}

function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function toTable(lines: readonly string[][]): string[] {
  const [head = [], ...rest] = lines;
  const widths = head.map((_, i) => Math.max(3, ...lines.map((cells) => cells[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rest.map(line)];
}
