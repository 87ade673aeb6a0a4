import { MemoryBus } from '@tetracast/bus';
import { io } from 'socket.io-client';
import { startService } from './start-service';

/** Keeps those who subscribe waiting until it is opened. */
class GatedBus extends MemoryBus {
  private open: () => void = () => undefined;
  readonly gate = new Promise<void>((resolve) => {
    this.open = resolve;
  });

  override async subscribe(channel: string): Promise<void> {
    await this.gate;
    return super.subscribe(channel);
  }

  lift(): void {
    this.open();
  }
}

describe('a client whose connection is ended while it is let in, as by a revocation', () => {
  it.each(['polling', 'websocket'])('is told so over %s, and never connected', async (transport) => {
    const bus = new GatedBus({ retention: { size: 10, ttlMs: 60_000 } });
    await using service = await startService({}, { bus });
    const client = io(service.url, { auth: { channels: ['a'] }, transports: [transport], forceNew: true });
    const story: unknown[] = [];
    client.on('connect', () => story.push('connected'));
    const refused = new Promise((resolve) => client.on('connect_error', resolve));
    while (service.connections() === 0) await new Promise(setImmediate);

    service.app.tetracast.hub.drain('unauthorized');
    bus.lift();

    expect(await refused).toMatchObject({ data: { code: 'unauthorized' } });
    expect(story).toEqual([]);
    client.close();
  });
});
