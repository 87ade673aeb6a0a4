/** Why a call failed. */
export class TetracastError extends Error {
  override readonly name = 'TetracastError';

  constructor(
    /** A code of docs/protocol.md, such as `forbidden`; `unreachable` if there is no answer, `invalid_answer` if it is not one of Tetracast. */
    readonly code: string,
    message: string,
    /** The status of the answer; `undefined` without an answer. */
    readonly status?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** Whether the same call may succeed later. After a publish without an idempotency key the message may be stored all the same. */
  get isTemporary(): boolean {
    return this.status === undefined || this.status === 429 || this.status >= 500;
  }
}
