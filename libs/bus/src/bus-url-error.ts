/** BUS_URL cannot be used. The message holds nothing of the URL that could be secret. */
export class BusUrlError extends Error {
  override readonly name = 'BusUrlError';
  /** Marks it as a wrong setting, which is reported without a stack. */
  readonly code = 'ERR_BUS_URL';

  constructor(what: string) {
    super(`BUS_URL: ${what}`);
  }
}
