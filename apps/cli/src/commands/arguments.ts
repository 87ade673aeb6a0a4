import { InvalidArgumentError } from 'commander';

/** A whole number, 0 included. */
export function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
