import { FaultyBus } from '@tetracast/bus/testing';
import { io } from 'socket.io-client';
import { startService } from '../start-service';

describe('a client whose connection is ended while it is let in, as by a revocation', () => {
  it.each(['polling', 'websocket'])('gets that error over %s, and never connects', async (transport) => {
    const bus = new FaultyBus();
    bus.holdsSubscriptions = true;
    await using service = await startService({}, { bus });
    const client = io(service.url, { auth: { channels: ['a'] }, transports: [transport], forceNew: true });
    const story: unknown[] = [];
    client.on('connect', () => story.push('connected'));
    const refused = new Promise((resolve) => client.on('connect_error', resolve));
    while (bus.heldCount === 0) await new Promise(setImmediate);

    service.app.tetracast.hub.drain('unauthorized');
    bus.releaseSubscriptions();

    expect(await refused).toMatchObject({ data: { code: 'unauthorized' } });
    expect(story).toEqual([]);
    client.close();
  });
});
