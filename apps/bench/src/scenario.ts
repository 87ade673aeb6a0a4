import type { LoadFigures } from './load';
import type { RunningSystem, System } from './system';

/** Shorter runs with fewer clients: to see that everything works, not to time it. */
export interface Pace {
  readonly quick: boolean;
  /** How long a soak is. */
  readonly minutes?: number;
}

/** One figure of one run. */
export interface Reading {
  /** What was varied, such as `4 publishers`: a column of the table. */
  readonly column: string;
  readonly value: number;
  /** Messages that did not come, came twice or out of order, as a part of those expected; 0 is whole. */
  readonly lost: number;
}

export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** What the figures are, with their unit. */
  readonly unit: string;
  /** How it was measured, for the reader of the table. */
  readonly method: string;
  readonly systems: readonly System[];
  /** Those of a quick run; default: all. */
  readonly inShort?: readonly System[];
  /** Whether a greater figure is the better one. */
  readonly more?: boolean;
  /** Takes so long that it is run when it is asked for, and once only. */
  readonly alone?: boolean;
  readonly measure: (running: RunningSystem, pace: Pace) => Promise<Reading[]>;
}

/** What of the expected deliveries went wrong. */
export function lostIn({ missing, repeated, disordered, broken, delivered }: LoadFigures): number {
  const wrong = missing + repeated + disordered + broken;
  return wrong / Math.max(1, delivered + missing);
}

/** At a fixed rate: what its publishers could not send, as they had no room for more that is not acknowledged. */
export function notSent({ refused, published }: LoadFigures, lost: number): Reading {
  return { column: 'not sent %', value: (100 * refused) / Math.max(1, refused + published), lost };
}

export function cpuPerDelivery(column: string, figures: LoadFigures): Reading {
  return { column, value: figures.cpuUs / Math.max(1, figures.delivered), lost: lostIn(figures) };
}
