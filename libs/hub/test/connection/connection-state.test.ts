import { HubFixture, turn } from '../hub-fixture';
import { RecordingSink } from '../recording-sink';

describe('the state of a connection', () => {
  it('is live at the end of its channels, full while its sink refuses more, and catching up after that', async () => {
    await using fixture = new HubFixture();
    const { connection, sink } = await fixture.join(['news']);
    expect(connection.state).toBe('live');
    sink.full = true;
    await fixture.publish('news', 1);
    await sink.received(1);
    expect(connection.state).toBe('full');
    sink.full = false;
    connection.onDrain();
    expect(connection.state).toBe('catching-up');
    await connection.whenCaughtUp();
    expect(connection.state).toBe('live');
  });

  it('stays closed when the sink closes the connection during a reset', async () => {
    await using fixture = new HubFixture();
    const sink = new RecordingSink();
    const connection = fixture.hub.connect(sink);
    sink.sendReset = () => {
      connection.close();
    };
    await fixture.publish('news', 1);
    await connection.subscribe(['news'], { kind: 'after', cursor: 'not a cursor' });
    await connection.whenCaughtUp();
    expect([connection.state, connection.channels, sink.data]).toEqual(['closed', [], []]);
  });

  it('stays closed when the sink closes the connection during a write that it refuses', async () => {
    await using fixture = new HubFixture();
    const sink = new RecordingSink();
    const { connection } = await fixture.join(['news'], undefined, { sink });
    sink.write = () => {
      connection.close();
      return false;
    };
    await fixture.publish('news', 1);
    await turn();
    expect(connection.state).toBe('closed');
  });
});
