const FIRST_MS = 500;
const LONGEST_MS = 15_000;

/**
 * How long to wait before try number `attempt` (0, 1, 2 …): doubling from 0.5 s to at most 15 s.
 * The random half is what keeps a thousand pages from coming back in the same instant after a restart.
 */
export function backoffMs(attempt) {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt);
  return ceiling / 2 + (Math.random() * ceiling) / 2;
}
