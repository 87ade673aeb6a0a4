import { nodeRuntime } from '@tetracast/node-io/runtime';
import { ChannelBackOff } from '../src/webhooks/channel-back-off';

let nowMs: number;
let backOff: ChannelBackOff;
beforeEach(() => {
  nowMs = 0;
  backOff = new ChannelBackOff({ ...nodeRuntime, monotonicMs: () => nowMs, random: () => 1 });
  backOff.restart();
});

it('waits twice as long after each failure of a channel', () => {
  for (const waitMs of [1000, 2000, 4000]) {
    backOff.failed('a');
    nowMs += waitMs - 1;
    expect([backOff.needsWholeQueue(), backOff.isDue('a')]).toEqual([false, false]);
    nowMs++;
    // Not before what comes first in the queue.
    expect([backOff.needsWholeQueue(), backOff.isDue('a'), backOff.isDue('b')]).toEqual([true, false, true]);
    backOff.restart();
    expect(backOff.isDue('a')).toBe(true);
  }
});

it('wants the whole queue read once a minute in any case', () => {
  nowMs = 59_999;
  expect(backOff.needsWholeQueue()).toBe(false);
  nowMs++;
  expect(backOff.needsWholeQueue()).toBe(true);
});

it('forgets the channels whose webhooks were dropped before another attempt', () => {
  backOff.failed('dropped');
  nowMs = 601_000;
  backOff.failed('still there');
  backOff.restart();
  expect(backOff.size).toBe(2);
  nowMs++;
  backOff.restart();
  expect(backOff.size).toBe(1);
});
