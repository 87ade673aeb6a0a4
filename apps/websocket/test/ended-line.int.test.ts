import { MemoryBus } from '@tetracast/bus';
import { openWebSocketWire } from '@tetracast/testing';
import { startService } from './start-service';

/** Keeps those who subscribe to `slow` waiting until it is opened. */
class GatedBus extends MemoryBus {
  lift: () => void = () => undefined;
  asked = 0;
  private readonly gate = new Promise<void>((resolve) => {
    this.lift = resolve;
  });

  override async subscribe(channel: string): Promise<void> {
    if (channel === 'slow') {
      this.asked++;
      await this.gate;
    }
    return super.subscribe(channel);
  }
}

it('what waits for its turn when a line is ended, as by a revocation, is not done', async () => {
  const bus = new GatedBus({ retention: { size: 10, ttlMs: 60_000 } });
  await using service = await startService({}, bus);
  await using wire = await openWebSocketWire(`${service.url}/ws`);
  await wire.nextOf('welcome');
  const { hub } = service.app.tetracast;
  wire.send({ type: 'subscribe', channels: ['slow'] });
  wire.send({ type: 'publish', channel: 'news', data: 'after the end' });
  while (bus.asked === 0) await new Promise(setImmediate);
  // Both frames have been read by the time the service answers another client.
  await using other = await openWebSocketWire(`${service.url}/ws`);
  await other.nextOf('welcome');

  hub.drain('unauthorized');
  bus.lift();
  expect(await wire.closed).toMatchObject({ code: 4001 });
  await using last = await openWebSocketWire(`${service.url}/ws`);
  await last.nextOf('welcome');

  expect((await bus.positions([])).head).toBe(0);
});
