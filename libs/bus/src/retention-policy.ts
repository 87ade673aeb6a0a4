import { namespaceOf } from '@tetracast/message-model';
import type { Retention, RetentionSettings } from './retention';

export const DEFAULT_IDEMPOTENCY_TTL_MS = 120_000;
export const DEFAULT_END_TTL_MS = 7 * 24 * 3_600_000;
export const DEFAULT_MEMORY_MAX_BYTES = 256 * 1024 * 1024;
export const DEFAULT_CHANNELS_REMEMBERED = 200_000;

/** The retention of a channel: that of its namespace, or else the general one. */
export type RetentionPolicy = (channel: string) => Retention;

export function createRetentionPolicy({ retention, namespaces }: RetentionSettings): RetentionPolicy {
  // A Map, since a channel may have a name such as `constructor:1`.
  const byNamespace = new Map(Object.entries(namespaces ?? {}));
  if (byNamespace.size === 0) return () => retention;
  return (channel) => {
    const namespace = namespaceOf(channel);
    return (namespace === undefined ? undefined : byNamespace.get(namespace)) ?? retention;
  };
}
