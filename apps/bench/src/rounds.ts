import type { Pace, Scenario } from './scenario';
import type { System } from './system';

/** All readings of one system in one column. */
export interface Cell {
  readonly values: readonly number[];
  /** The middle of the values. */
  readonly median: number;
  /** The most that was lost in any round, as a part of the whole. */
  readonly lost: number;
  /** To the first system of the same transport, which is ours; absent in its own cells and where that has none, or 0. */
  readonly ratio?: number;
}

export interface Row {
  readonly name: string;
  readonly transport: string;
  readonly cells: Readonly<Record<string, Cell>>;
}

export interface Result {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly method: string;
  /** Whether a greater figure is the better one. */
  readonly more: boolean;
  readonly rows: readonly Row[];
  /** What was not measured, and why. */
  readonly left: readonly string[];
  /** When, if it was not in this run. */
  readonly measured?: string;
}

/** Runs a scenario on all its systems, one after the other and that `rounds` times, so that drift meets all alike. */
export async function runRounds(
  scenario: Scenario,
  rounds: number,
  pace: Pace,
  report: (line: string) => void,
): Promise<Result> {
  const systems = (pace.quick ? scenario.inShort : undefined) ?? scenario.systems;
  const present = systems.filter(({ missing }) => missing === undefined);
  const left = systems.flatMap(({ name, missing }) => (missing === undefined ? [] : `${name}: ${missing}`));
  const readings = new Map(present.map((system) => [system, new Map<string, { values: number[]; lost: number }>()]));
  for (let round = 1; round <= rounds; round++) {
    for (const [system, columns] of readings) {
      const measured = await runOnce(scenario, system, pace).catch((error: unknown) => {
        if (isOurs(system)) throw error;
        left.push(`${system.transport} ${system.name}, round ${round}: ${firstLine(error)}`);
        return [];
      });
      for (const { column, value, lost } of measured) {
        const known = columns.get(column) ?? { values: [], lost: 0 };
        columns.set(column, { values: [...known.values, value], lost: Math.max(known.lost, lost) });
        const whole = lost > 0 ? `, ${(lost * 100).toFixed(2)} % lost` : '';
        report(
          `${scenario.name} ${round}/${rounds} ${system.transport} ${system.name}, ${column}: ${value.toPrecision(4)}${whole}`,
        );
      }
    }
  }
  const rows = [...readings].map(([{ name, transport }, columns]) => ({
    name,
    transport,
    cells: Object.fromEntries([...columns].map(([column, cell]) => [column, { ...cell, median: median(cell.values) }])),
  }));
  const { name, title, unit, method, more = false } = scenario;
  return { name, title, unit, method, more, rows: withRatios(rows), left };
}

function withRatios(rows: readonly Row[]): Row[] {
  return rows.map((row) => {
    const ours = rows.find(({ transport }) => transport === row.transport);
    if (ours === undefined || ours === row) return row;
    const cells = Object.entries(row.cells).map(([column, cell]) => {
      const base = ours.cells[column]?.median ?? 0;
      return [column, base === 0 ? cell : { ...cell, ratio: cell.median / base }] as const;
    });
    return { ...row, cells: Object.fromEntries(cells) };
  });
}

async function runOnce(scenario: Scenario, system: System, pace: Pace): ReturnType<Scenario['measure']> {
  await using running = await system.start();
  return await scenario.measure(running, pace);
}

/** What another server cannot do is noted beside the table; what ours cannot do ends the run. */
export function isOurs({ name }: Pick<System, 'name'>): boolean {
  return name.startsWith('Tetracast') || name.startsWith('the ');
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split(/[\r\n(]/, 1)[0]?.trim() ?? '';
}
