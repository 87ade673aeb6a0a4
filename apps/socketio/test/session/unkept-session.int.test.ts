import { Inbox } from '@tetracast/testing';
import { FaultyBus } from '@tetracast/bus/testing';
import { startService } from '../start-service';
import { openClient, type StockClient } from '../stock-client';

describe('an unsubscription that could not be kept when it was asked for', () => {
  it.each<[string, string, (client: StockClient) => void]>([
    ['at a heartbeat', '50ms', () => undefined],
    ['when it goes', '25s', ({ socket }) => socket.io.engine.close()],
  ])('is kept %s', async (_, interval, goOn) => {
    const bus = new FaultyBus();
    const keeps = new Inbox<string>('what is kept of the session');
    const putState = bus.putValue.bind(bus);
    bus.putValue = async (key, value, ttlMs) => {
      await putState(key, value, ttlMs);
      if (key.startsWith('socketio:')) keeps.push(value);
    };
    await using service = await startService({ HEARTBEAT_INTERVAL: interval }, { bus });
    using client = await openClient(service.url, { channels: ['named', 'dropped'] });
    bus.isUnavailable = true;
    const answer = await client.ask('unsubscribe', { channels: ['dropped'] });
    bus.isUnavailable = false;
    expect(answer).toMatchObject({ error: { code: 'unavailable' } });

    goOn(client);

    expect(await keeps.one()).toBe('{"added":[],"removed":["dropped"]}');
  });
});
