import { TetracastError } from '@tetracast/client';

export const EXIT = { ok: 0, failure: 1, usage: 2, refused: 3, interrupted: 130 } as const;

export function exitCodeOf(error: unknown): number {
  const isRefused = error instanceof TetracastError && (error.code === 'unauthorized' || error.code === 'forbidden');
  return isRefused ? EXIT.refused : EXIT.failure;
}

/** What went wrong, for people. */
export function describeError(error: unknown): string {
  if (error instanceof TetracastError) return `${error.message} (${error.code})`;
  return error instanceof Error ? error.message : String(error);
}
