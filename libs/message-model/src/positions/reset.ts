import { type Static, Type } from '@sinclair/typebox';

/** Why a resume could not be seamless. */
export const RESET_REASONS = ['trimmed', 'epoch', 'ahead', 'invalid'] as const;

/**
 * The in-band notice, on every transport, that messages after a cursor may be missing.
 *
 * - `trimmed`: some messages after the cursor are no longer stored; those that are stored follow.
 * - `epoch`: the log was lost or replaced; what is stored follows.
 * - `ahead`: the cursor lies beyond the log; what is stored follows.
 * - `invalid`: the cursor cannot be read; the subscription begins now.
 *
 * `cursor`: where the subscription goes on.
 */
export const ResetSchema = Type.Object({
  channels: Type.Array(Type.String()),
  reason: Type.Union(RESET_REASONS.map((reason) => Type.Literal(reason))),
  cursor: Type.String(),
});

export type Reset = Static<typeof ResetSchema>;
export type ResetReason = (typeof RESET_REASONS)[number];
