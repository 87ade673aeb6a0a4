import { random } from '../environment';
import type { TetracastError } from '../errors';

const BASE_MS = 1000;
const CAP_MS = 30_000;

/**
 * How long to wait before the next attempt, in ms: what the server asks for, and a random time on top that grows with each
 * attempt ("full jitter"), so that clients that were cut together do not come back together.
 *
 * @param attempt of how many failures in a row this is, 0 for the first
 */
export function backOffMs(attempt: number, error?: TetracastError): number {
  const hintMs = error?.retryAfterMs;
  if (hintMs === 0 && attempt === 0) return 0;
  return (hintMs ?? 0) + random() * Math.min(CAP_MS, BASE_MS * 2 ** attempt);
}
