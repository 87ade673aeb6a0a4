import type { Io } from '../io';
import { percentile, sortedCopy } from './latencies';

/** How much of the bench is done, from 0 to 1. */
export type Done = () => number;

const BAR_WIDTH = 30;
const INTERVAL_MS = 250;

const barOf = (part: number, width = BAR_WIDTH): string => {
  const full = Math.round(width * Math.min(1, part));
  return '█'.repeat(full) + '░'.repeat(width - full);
};

/**
 * Shows a bar on stderr, with the rate and the latencies since it was drawn last, if stderr is a terminal. Returns the way to
 * take it away.
 *
 * @param latencies in ms; grows while the bench runs
 */
export function showProgress({ stderr, runtime }: Io, done: Done, latencies: readonly number[]): () => void {
  if (stderr.isTTY !== true) return () => undefined;
  let [drawnMs, seen] = [runtime.monotonicMs(), 0];
  const draw = (): void => {
    const now = runtime.monotonicMs();
    const latest = sortedCopy(latencies.slice(seen));
    const rate = Math.round((latest.length * 1000) / Math.max(1, now - drawnMs));
    const [p50, p99] = [50, 99].map((percent) => percentile(latest, percent).toFixed(1));
    const part = done();
    const text = `${barOf(part)} ${Math.round(100 * part)} %  ${rate} messages/s  p50 ${p50} ms  p99 ${p99} ms`;
    stderr.write(`\r${text}\u001b[K`);
    [drawnMs, seen] = [now, latencies.length];
  };
  const timer = runtime.setInterval(draw, INTERVAL_MS);
  draw();
  return () => {
    runtime.clearInterval(timer);
    stderr.write('\r\u001b[K');
  };
}
