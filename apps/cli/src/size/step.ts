import { countText } from './numbers';

/** One figure, with the arithmetic behind it. */
export interface Step {
  /** For programs: `websocket.processes`. */
  readonly id: string;
  readonly value: number;
  /** Value and unit, for people. */
  readonly text: string;
  /** Terms, one a line. */
  readonly how: readonly string[];
}

export const processesText = (count: number): string => countText(count, 'process', 'processes');

export const step = (id: string, value: number, text: string, ...how: readonly string[]): Step => ({
  id,
  value,
  text,
  how,
});

export const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
