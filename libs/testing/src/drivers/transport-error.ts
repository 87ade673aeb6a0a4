/** A refusal as a client sees it. */
export class TransportError extends Error {
  override readonly name = 'TransportError';

  constructor(
    /** From the table of errors; `unknown` when the client cannot see it. */
    readonly code: string,
    message: string,
    /** Status of an HTTP answer. */
    readonly status?: number,
  ) {
    super(`${code}: ${message}`);
  }
}
