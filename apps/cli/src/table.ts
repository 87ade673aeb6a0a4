import { type Io, paint, print } from './io';
import { printable } from './printable';

/** Columns of equal width under a head; nothing if there are no rows. */
export function printTable(io: Io, head: readonly string[], texts: readonly (readonly string[])[]): void {
  if (texts.length === 0) return;
  const rows = texts.map((row) => row.map(printable));
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const lineOf = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  print(io, paint(io, io.stdout, 'bold', lineOf(head)));
  for (const row of rows) print(io, lineOf(row));
}

/** A moment in ms since 1970 as a cell; none is an empty one. */
export const timeOf = (ms: number | undefined): string => (ms === undefined ? '' : new Date(ms).toISOString());
