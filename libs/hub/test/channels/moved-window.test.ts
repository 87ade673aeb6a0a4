import { HubFixture, turn } from '../hub-fixture';
import { RecordingSink } from '../recording-sink';

it('is handed what left a window while the log was read for another channel', async () => {
  await using fixture = new HubFixture({ windowLimits: { messages: 4, bytes: 1_000_000 } });
  await fixture.join(['a', 'b']); // both stay open
  const cursor = await fixture.publish('a', 'seen');
  await fixture.publishAll('a', 1, 6); // too much for the window: the resume has to read the log for this one
  await fixture.publishAll('b', 1, 5); // just fits: for this one it need not
  const sink = new RecordingSink();
  fixture.bus.lagTurns = 5;
  const joined = fixture.join(['a', 'b'], { kind: 'after', cursor }, { sink });
  while (fixture.bus.reads === 0) await turn();
  await fixture.publish('b', 6); // b's window lets go of 1 and 2 meanwhile
  await joined;
  await sink.received(12);
  expect(sink.messages.filter(({ channel }) => channel === 'b').map(({ data }) => data)).toEqual([1, 2, 3, 4, 5, 6]);
});
