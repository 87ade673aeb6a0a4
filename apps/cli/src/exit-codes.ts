import { TetracastError } from '@tetracast/client';
import { TetracastError as ApiError } from '@tetracast/server';
import { printable } from './printable';

export const EXIT = { ok: 0, failure: 1, usage: 2, refused: 3, interrupted: 130, terminated: 143 } as const;

/** For `--help`, and so for the documentation. */
export const EXIT_CODES_TEXT = `
Exit codes:
  0    it is done
  1    it failed, or the doctor found a problem
  2    the command or an option is wrong
  3    the server refused the token or the key
  130  Ctrl-C
  143  SIGTERM`;

const isOurs = (error: unknown): error is TetracastError | ApiError =>
  error instanceof TetracastError || error instanceof ApiError;

export function exitCodeOf(error: unknown): number {
  const isRefused = isOurs(error) && (error.code === 'unauthorized' || error.code === 'forbidden');
  return isRefused ? EXIT.refused : EXIT.failure;
}

/** What went wrong, for people. */
export function describeError(error: unknown): string {
  if (isOurs(error)) return printable(`${error.message} (${error.code})`);
  return error instanceof Error ? error.message : String(error);
}
