/** A BUS_URL that names no log; its message holds nothing of the URL that could be secret. */
export class BusUrlError extends Error {
  override readonly name = 'BusUrlError';
  /** Marks it as a mistake of whoever set it: told without a stack. */
  readonly code = 'ERR_BUS_URL';

  constructor(what: string) {
    super(`BUS_URL: ${what}`);
  }
}
