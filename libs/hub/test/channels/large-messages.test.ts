import { HubFixture, turn } from '../hub-fixture';
import { RecordingSink } from '../recording-sink';

const LARGE = 'x'.repeat(60_000);
const COUNT = 200;

describe('large messages from the log', () => {
  async function filled(): Promise<HubFixture> {
    const fixture = new HubFixture({ windowLimits: { messages: 1, bytes: 1000 } });
    for (let n = 0; n < COUNT; n++) await fixture.publish('news', `${n}${LARGE}`);
    return fixture;
  }

  it('are read about once for a reader that takes them all', async () => {
    await using fixture = await filled();

    const { sink } = await fixture.join(['news'], { kind: 'earliest' });

    expect(sink.messages).toHaveLength(COUNT);
    expect(fixture.bus.messagesRead).toBeLessThan(COUNT * 2);
  });

  it('are read a few times at the most for one that takes a step at a time', async () => {
    await using fixture = await filled();
    const sink = new RecordingSink();
    sink.full = true;
    const { connection } = await fixture.join(['news'], { kind: 'earliest' }, { sink });

    for (let before = -1; sink.messages.length > before;) {
      before = sink.messages.length;
      connection.onDrain();
      await connection.whenCaughtUp();
      await turn();
    }

    expect(sink.messages).toHaveLength(COUNT);
    // A read has up to twice what a step hands over, since it counts the data once and a step twice.
    expect(fixture.bus.messagesRead).toBeLessThan(COUNT * 2 + 1);
  });
});
