import { DERIVED, SHARED } from './costs';
import { countText, numberText as n, unitText } from './numbers';
import type { Processes } from './processes';
import { processesText, type Step, step, sum } from './step';
import type { Workload } from './workload';

/** Processes that Redis announces one message to, on average. */
const announcedTo = (parts: readonly Processes[]): number => sum(parts.map((part) => part.withChannel));

/** Of the one core that Redis has for commands. */
export const redisBusy = (parts: readonly Processes[], { rate }: Workload): number =>
  (rate * (DERIVED.store + announcedTo(parts) * SHARED.write.value)) / 1e6;

export function redisSteps(parts: readonly Processes[], workload: Workload): Step[] {
  const { rate, bytes, channels, history, historySeconds } = workload;
  const { redisMessage, redisChannel, redisIn, redisOut, write } = SHARED;
  const to = announcedTo(parts);
  const busy = redisBusy(parts, workload);
  const kept = Math.min(history, (rate / channels) * historySeconds);
  const memory = channels * (redisChannel.value + kept * (bytes + redisMessage.value));
  const into = rate * (bytes + redisIn.value) * 8;
  const out = rate * to * (bytes + redisOut.value) * 8;
  return [
    step(
      'redis.cores',
      busy,
      `${n(busy)} cores busy`,
      `${n(rate)}/s × (${n(DERIVED.store)} µs to store + ${processesText(to)} with the channel × ${write.value} µs)`,
    ),
    step(
      'redis.memory',
      memory,
      unitText(memory, 'B'),
      `${countText(channels, 'channel')} × (${redisChannel.value} + ${n(kept)} messages × (${n(bytes)} + ${redisMessage.value}) bytes)`,
    ),
    step('redis.in', into, unitText(into, 'bit/s'), `${n(rate)}/s × (${n(bytes)} + ${redisIn.value}) bytes × 8`),
    step(
      'redis.out',
      out,
      unitText(out, 'bit/s'),
      `${n(rate)}/s × ${processesText(to)} × (${n(bytes)} + ${redisOut.value}) bytes × 8`,
    ),
  ];
}
