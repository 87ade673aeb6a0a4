import type { Row } from './run-case';

const COLUMNS = [
  'published',
  'acknowledged',
  'delivered',
  'missing',
  'duplicated',
  'disordered',
  'excused',
] as const satisfies readonly (keyof Row)[];

/** The rows as a table of text. */
export function formatTable(rows: readonly Row[]): string {
  const cells = [
    ['fault', 'client', ...COLUMNS, 'resets'],
    ...rows.map((row) => [
      row.fault,
      row.client,
      ...COLUMNS.map((column) => String(row[column])),
      row.resets.join(' ') || '-',
    ]),
  ];
  const widths = cells[0]?.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0))) ?? [];
  const isText = (column: number): boolean => column < 2 || column === widths.length - 1;
  return cells
    .map((row) =>
      row
        .map((cell, column) => (isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
