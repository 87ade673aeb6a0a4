import { TetracastError } from '../errors';
import type { Status } from '../connection/status';
import type { Message, Reset, Start } from '../message';

/** An error as it reaches another tab, where it gets its class back. */
export interface PlainError extends Pick<TetracastError, 'code' | 'message'> {
  readonly retryAfterMs?: number | undefined;
}

/** From a tab to the one that leads. */
export type TabRequest =
  | {
      readonly type: 'subscribe';
      readonly tab: string;
      readonly id: number;
      readonly channel: string;
      readonly start: Start;
    }
  | { readonly type: 'unsubscribe'; readonly tab: string; readonly id: number };

/** About one subscription of one tab. */
export type ChannelReport = { readonly leader: string; readonly tab: string; readonly id: number } & (
  | { readonly type: 'begin'; readonly cursor: string }
  | { readonly type: 'message'; readonly message: Message }
  | { readonly type: 'reset'; readonly reset: Reset }
  | { readonly type: 'fail'; readonly error: PlainError }
);

/** From the tab that leads. */
export type Report =
  | { readonly type: 'lead'; readonly leader: string }
  | {
      readonly type: 'status';
      readonly leader: string;
      readonly status: Status;
      readonly error?: PlainError | undefined;
    }
  | ChannelReport;

export const plainError = ({ code, message, retryAfterMs }: TetracastError): PlainError => ({
  code,
  message,
  retryAfterMs,
});

export const revive = ({ code, message, retryAfterMs }: PlainError): TetracastError =>
  new TetracastError(code, message, retryAfterMs);

/** A status with its error beside it, since a `BroadcastChannel` keeps no class of an error. */
export function plainStatus(status: Status): { status: Status; error?: PlainError | undefined } {
  if (status.state === 'waiting')
    return { status: { ...status, cause: undefined as never }, error: plainError(status.cause) };
  if (status.state !== 'closed') return { status };
  return { status: { state: 'closed' }, error: status.reason && plainError(status.reason) };
}

export function reviveStatus(status: Status, error: PlainError | undefined): Status {
  if (error === undefined) return status;
  return status.state === 'waiting' ? { ...status, cause: revive(error) } : { state: 'closed', reason: revive(error) };
}
