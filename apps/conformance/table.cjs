/**
 * The results of a run as one table in Markdown: a row per case, a column per transport and log. In the results of Jest the
 * titles of a case are the column, the suite, who asks, and then the topic and the case, which are the row.
 */

const SUITE_AND_CLIENT = 3;

const CELLS = { passed: 'ok', failed: 'failed', unavailable: 'not available' };

/** How the suite names a case that cannot be run at a deployment (`itIsNotAvailable` in libs/testing). */
const NOT_AVAILABLE = ' (not available at this deployment)';

/** The title of the case, and its status: one that is not available has a status of its own. */
const caseOf = ({ title, status }) =>
  title.endsWith(NOT_AVAILABLE)
    ? { title: title.slice(0, -NOT_AVAILABLE.length), status: 'unavailable' }
    : { title, status };

// Several clients share a cell, which shows the worst of them. Any other status of Jest is not ok either.
const cellOf = (statuses) =>
  CELLS[['failed', 'unavailable', 'passed'].find((status) => statuses.includes(status))] ??
  [...new Set(statuses)].join(', ');

const escapeCell = (text) => text.replace(/[|<]/g, '\\$&').replaceAll('\n', ' ');

function markdown(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  const [head, ...body] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

/** @param tests as Jest gives them: `{ancestorTitles, title, status}`; those without a column are left out; '' if none has one */
function tableOf(tests) {
  const columns = new Set();
  const rows = new Map();
  for (const { ancestorTitles, ...test } of tests) {
    if (ancestorTitles.length < SUITE_AND_CLIENT) continue;
    const { title, status } = caseOf(test);
    const column = ancestorTitles[0];
    const row = [...ancestorTitles.slice(SUITE_AND_CLIENT), title].join(': ');
    columns.add(column);
    if (!rows.has(row)) rows.set(row, new Map());
    const cells = rows.get(row);
    cells.set(column, [...(cells.get(column) ?? []), status]);
  }
  if (columns.size === 0) return '';
  // First what all transports share, then what some have. Sorting is stable.
  const ordered = [...rows].sort(([, one], [, other]) => other.size - one.size);
  const body = ordered.map(([row, cells]) => [
    escapeCell(row),
    ...[...columns].map((column) => (cells.has(column) ? cellOf(cells.get(column)) : '—')),
  ]);
  return markdown([['Case', ...columns], ...body]);
}

module.exports = { tableOf };
