/** Three digits that count, thousands apart: `1 234 000`, `12.3`, `0.00123`. */
export function numberText(value: number): string {
  if (Number.isInteger(value)) return grouped(value);
  if (value >= 1000) return grouped(Math.round(value));
  return String(Number(value.toPrecision(3)));
}

/** `1 channel`, `2 channels`. */
export const countText = (value: number, noun: string, plural = `${noun}s`): string =>
  `${numberText(value)} ${value === 1 ? noun : plural}`;

/** `1.5 GB`; of bits and bytes a thousand make a thousand. */
export function unitText(value: number, unit: 'B' | 'bit/s'): string {
  const [factor, prefix] = PREFIXES.find(([least]) => value >= least) ?? [1, ''];
  return `${numberText(Number((value / factor).toPrecision(3)))} ${prefix}${unit}`;
}

const PREFIXES = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const;

const grouped = (value: number): string => String(value).replace(/\B(?=(?:\d{3})+$)/g, ' ');
