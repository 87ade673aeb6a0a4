import type { Result } from '../rounds';

const BAR = 18;
const GAP = 6;
const LEFT = 260;
const WIDTH = 900;

/** A bar per system of the first column of a result, as SVG. */
export function toChart({ title, unit, more, rows }: Result): string {
  const column = Object.keys(rows[0]?.cells ?? {})[0] ?? '';
  const bars = rows.flatMap(({ name, transport, cells }) => {
    const cell = cells[column];
    return cell === undefined
      ? []
      : [{ label: `${transport} · ${name}`, value: cell.median, own: name.startsWith('Tetracast') }];
  });
  const greatest = Math.max(...bars.map(({ value }) => value));
  const scale = (WIDTH - LEFT - 70) / greatest;
  const height = 56 + bars.length * (BAR + GAP);
  const lines = bars.flatMap(({ label, value, own }, i) => {
    const y = 48 + i * (BAR + GAP);
    const width = Math.max(1, value * scale);
    return [
      `<text x="${LEFT - 8}" y="${y + 13}" text-anchor="end">${escape(label)}</text>`,
      `<rect x="${LEFT}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" fill="${own ? '#2563eb' : '#94a3b8'}"/>`,
      `<text x="${(LEFT + width + 6).toFixed(1)}" y="${y + 13}">${value.toPrecision(3)}</text>`,
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="12" y="20" font-size="15" font-weight="bold">${escape(title)}, ${escape(column)}</text>`,
    `<text x="12" y="37" fill="#475569">${escape(unit)}; ${more ? 'longer' : 'shorter'} is better</text>`,
    ...lines,
    '</svg>',
    '',
  ].join('\n');
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
