import { Bench, turn } from './hub-under-test';
import { RecordingSink } from './recording-sink';

it('is handed what left a window while the log was read for another channel', async () => {
  await using bench = new Bench({ windowLimits: { messages: 4, bytes: 1_000_000 } });
  await bench.join(['a', 'b']); // both stay open
  const cursor = await bench.publish('a', 'seen');
  await bench.publishAll('a', 1, 6); // too much for the window: the resume has to read the log for this one
  await bench.publishAll('b', 1, 5); // just fits: for this one it need not
  const sink = new RecordingSink();
  bench.bus.lag = 5;
  const joined = bench.join(['a', 'b'], { kind: 'after', cursor }, { sink });
  while (bench.bus.reads === 0) await turn();
  await bench.publish('b', 6); // b's window lets go of 1 and 2 meanwhile
  await joined;
  await sink.reached(12);
  expect(sink.messages.filter(({ channel }) => channel === 'b').map(({ data }) => data)).toEqual([1, 2, 3, 4, 5, 6]);
});
