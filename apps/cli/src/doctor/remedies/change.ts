import type { Problem } from '../problems';

/** Lines of a proxy's configuration that mend a problem. */
export interface Change {
  /** The part of the configuration that they belong to. */
  readonly in: string;
  /** Lines that begin so are wrong there. */
  readonly remove?: readonly string[];
  /** `BACKEND_HOST` and `BACKEND_PORT` stand for the server's own address. */
  readonly add?: readonly string[];
}

/** By problem; one that is missing is not of the proxy's making. */
export type Remedies = Readonly<Partial<Record<Problem, readonly Change[]>>>;

/** Drops what is named in `lines` from one part. */
export function without(part: string, ...lines: readonly string[]): readonly Change[] {
  return [{ in: part, remove: lines }];
}
