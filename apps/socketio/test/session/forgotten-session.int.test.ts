import { MemoryBus } from '@tetracast/bus';
import { startService } from '../start-service';
import { openClient } from '../stock-client';

describe('a client that is away for longer than what it subscribed to is kept', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('is not told that it is recovered, though the channel it names was quiet', async () => {
    const bus = new MemoryBus({ retention: { size: 100, ttlMs: 600_000 } });
    let forgotten = false;
    const getState = bus.getValue.bind(bus);
    bus.getValue = (key) => (forgotten ? Promise.resolve(undefined) : getState(key));
    // So long is kept what it subscribed to; the test's bus has its own idea of the messages.
    await using service = await startService({ HISTORY_TTL: '30s', HEARTBEAT_INTERVAL: '1s' }, { bus });
    using client = await openClient(service.url, { channels: ['named'] }, { transports: ['websocket'] });
    await client.ask('subscribe', { channels: ['added'] });

    forgotten = true;
    const now = Date.now;
    jest.spyOn(Date, 'now').mockImplementation(() => now() + 60_000);
    client.socket.io.engine.close();

    expect(await client.connects.one()).toBe(false);
  });
});
