import { CodedError, type ErrorCode } from '@tetracast/message-model';

export interface RefusalCount {
  readonly code: ErrorCode;
  /** The limit that was reached, such as `publish_per_ip`. */
  readonly limit: string;
  readonly count: number;
}

/** Creates the error of a limit that was reached, and counts it. */
export type Refuse = (code: ErrorCode, limit: string, message: string) => CodedError;

/** How often each limit was reached. */
export class Refusals {
  private readonly counted = new Map<string, RefusalCount>();

  readonly refuse: Refuse = (code, limit, message) => {
    const count = (this.counted.get(limit)?.count ?? 0) + 1;
    this.counted.set(limit, { code, limit, count });
    return new CodedError(code, message);
  };

  get counts(): RefusalCount[] {
    return [...this.counted.values()];
  }
}
