import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { startService } from '../start-service';
import { happens, openClient, startClient } from '../stock-client';

describe('the upgrade from polling to WebSocket', () => {
  it.each([1, 2, 3])('loses, doubles and reorders nothing while messages flow (round %i)', async () => {
    await using service = await startService({ HISTORY_SIZE: '100000' });
    using publisher = await openClient(service.url, {}, { transports: ['websocket'] });
    let last = 0;
    const flowing = { stopped: false };
    // A few messages at every turn of the event loop, large and small, over the whole of the upgrades.
    const flow = (async () => {
      while (!flowing.stopped) {
        const burst = [++last, ++last, ++last];
        await Promise.all(
          burst.map((n) => publisher.ask('publish', { channel: 'news', data: [n, 'x'.repeat((n * 37) % 2000)] })),
        );
      }
    })();

    const clients = Array.from({ length: 8 }, () =>
      startClient(service.url, { channels: ['news'], after: 'earliest' }),
    );
    await Promise.all(
      clients.map(async ({ socket, connects }) => {
        const { engine } = socket.io;
        if (engine.transport.name !== 'websocket') await happens(engine, 'upgrade');
        await connects.one();
      }),
    );
    const atUpgrade = last;
    while (last < atUpgrade + 100) await new Promise(setImmediate);
    flowing.stopped = true;
    await flow;

    for (const client of clients) {
      expect(client.socket.io.engine.transport.name).toBe('websocket');
      const numbers: number[] = [];
      while (numbers.length < last) numbers.push(((await client.nextData()) as [number])[0]);
      expect(numbers).toEqual(Array.from({ length: last }, (_, i) => i + 1));
    }
    expect(service.connections()).toBe(9);
    expect(clients.every(({ connects }) => connects.items.length === 1)).toBe(true);
  });

  it('may fail: the client stays on polling and misses nothing', async () => {
    await using service = await startService();
    // A proxy that does not know WebSocket.
    service.app.server.prependListener('upgrade', (request, socket) => {
      request.url = '/nowhere';
      socket.on('error', () => undefined);
    });
    using publisher = await openClient(service.url, {}, { transports: ['polling'] });
    using client = startClient(service.url, { channels: ['news'] });
    const failed = happens(client.socket.io.engine, 'upgradeError');
    await client.connects.one();

    for (let n = 0; n < 20; n++) await publisher.ask('publish', { channel: 'news', data: n });
    await failed;
    await publisher.ask('publish', { channel: 'news', data: 20 });

    for (let n = 0; n <= 20; n++) expect(await client.nextData()).toBe(n);
    expect(client.socket.io.engine.transport.name).toBe('polling');
  });

  it('breaks at its last step: the client, which polls no more, reconnects at once and misses nothing', async () => {
    await using service = await startService({ HEARTBEAT_INTERVAL: '55s' });
    const upgrade = holdFirstUpgrade(service.app.server);
    cutFirstUpgradeAfterProbe(service.app.server);
    using publisher = await openClient(service.url, {}, { transports: ['polling'] });
    using client = startClient(service.url, { channels: ['news'] });
    const failed = happens(client.socket.io.engine, 'upgradeError');
    // No answer to a poll is on its way any more.
    await client.connects.one();
    upgrade.release();
    await failed;

    for (let n = 0; n < 3; n++) await publisher.ask('publish', { channel: 'news', data: n });

    for (let n = 0; n < 3; n++) expect(await client.nextData()).toBe(n);
    expect(client.socket.recovered).toBe(true);
  });
});

/** The first request for an upgrade waits for `release`. */
function holdFirstUpgrade(server: Server): { release: () => void } {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const emit = server.emit.bind(server);
  server.emit = (event: string, ...args: unknown[]) => {
    if (event !== 'upgrade') return emit(event, ...args);
    server.emit = emit;
    void released.then(() => emit(event, ...args));
    return true;
  };
  return { release };
}

/** The answer to the probe is the last that the client gets before it stops polling (Engine.IO protocol, "Upgrade"). */
function cutFirstUpgradeAfterProbe(server: Server): void {
  server.once('upgrade', (_request: IncomingMessage, socket: Socket) => {
    const write = socket.write.bind(socket) as (chunk: Uint8Array, done?: () => void) => boolean;
    socket.write = (chunk: Uint8Array | string) =>
      Buffer.from(chunk as Uint8Array).includes('3probe')
        ? write(chunk as Uint8Array, () => socket.destroy())
        : write(chunk as Uint8Array);
  });
}
