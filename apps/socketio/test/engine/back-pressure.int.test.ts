import { MemoryBus } from '@tetracast/bus';
import { holdAppends, NO_LIMITS, pendingBytes, words } from '@tetracast/testing';
import type { Socket } from 'node:net';
import { startService } from '../start-service';
import { openPollingByHand } from '../polling-by-hand';
import { openClient } from '../stock-client';

const KIB = 1024;
const FILLER = 'x'.repeat(16 * KIB);

/** The numbers in the messages among these packets. */
function numbersIn(packets: readonly string[]): number[] {
  return packets
    .filter((packet) => packet.startsWith('42["message"'))
    .map((packet) => (JSON.parse(packet.slice(2)) as [string, [number]])[1][0]);
}

describe('a client that takes nothing', () => {
  it('over polling has no more held for it than the high-water mark and one write, and gets everything later', async () => {
    await using service = await startService({
      ...NO_LIMITS,
      HIGH_WATER_MARK: String(64 * KIB),
      HISTORY_SIZE: '10000',
    });
    const client = await openPollingByHand(service.url, { channels: ['news'] });
    using publisher = await openClient(service.url, {}, { transports: ['websocket'] });

    for (let n = 0; n < 400; n++) await publisher.ask('publish', { channel: 'news', data: [n, FILLER] });

    const { delivered } = service.app.tetracast.hub.stats;
    expect(delivered).toBeGreaterThanOrEqual(4);
    expect(delivered * 16 * KIB).toBeLessThan(64 * KIB + 512 * KIB);
    const numbers: number[] = [];
    while (numbers.length < 400) numbers.push(...numbersIn(await client.poll()));
    expect(numbers).toEqual(Array.from({ length: 400 }, (_, n) => n));
  });

  it('over WebSocket has no more pending than the high-water mark and one write, and gets everything later', async () => {
    await using service = await startService({
      ...NO_LIMITS,
      HIGH_WATER_MARK: String(64 * KIB),
      HISTORY_SIZE: '10000',
    });
    const sockets: Socket[] = [];
    service.app.server.on('connection', (socket: Socket) => sockets.push(socket));
    using client = await openClient(service.url, { channels: ['news'] }, { transports: ['websocket'] });
    using publisher = await openClient(service.url, {}, { transports: ['websocket'] });
    const { ws } = client.socket.io.engine.transport as unknown as { ws: { pause(): void; resume(): void } };

    ws.pause();
    let mostPending = 0;
    for (let n = 0; n < 800; n += 20) {
      const burst = Array.from({ length: 20 }, (_, i) => n + i);
      await Promise.all(burst.map((data) => publisher.ask('publish', { channel: 'news', data: [data, FILLER] })));
      mostPending = Math.max(mostPending, pendingBytes(sockets[0]!));
    }
    // 12.5 MiB were published: far more than what the kernel takes for a reader that does not read.
    expect(mostPending).toBeGreaterThan(64 * KIB);
    expect(mostPending).toBeLessThan(64 * KIB + 512 * KIB);

    ws.resume();
    for (let n = 0; n < 800; n++) expect(((await client.nextData()) as [number])[0]).toBe(n);
  });

  it('over polling cannot make the service hold answers without end', async () => {
    await using service = await startService({ ...NO_LIMITS, HIGH_WATER_MARK: String(64 * KIB) });
    const client = await openPollingByHand(service.url, { channels: [] });
    // An event whose answer is as large as the event itself.
    const channels = words(90, 'c'.repeat(150));
    const packet = (ack: number): string => `42${ack}["unsubscribe",${JSON.stringify({ channels })}]`;

    using other = await openClient(service.url, {}, { transports: ['websocket'] });

    let posted = 0;
    const posting = (async () => {
      for (; posted < 40; posted++) await client.post(packet(posted), packet(1000 + posted));
    })();
    // The service goes on for another, and takes nothing more of this one.
    for (let quiet = 0, before = -1; quiet < 100; before = posted) {
      await other.ask('unknown', {});
      quiet = posted === before ? quiet + 1 : 0;
    }

    // Five answers of some 14 KiB are more than the mark.
    expect(posted).toBeLessThan(5);
    const acks: string[] = [];
    while (acks.length < 80) acks.push(...(await client.poll()).filter((text) => text.startsWith('43')));
    await posting;
    expect(new Set(acks.map((text) => /^43(\d+)/.exec(text)?.[1])).size).toBe(80);
  });
});

describe('a client faster than the log', () => {
  it.each([['websocket' as const], ['polling' as const]])(
    'over %s is read no further while maxInProgress events are in progress',
    async (transport) => {
      const bus = new MemoryBus({ retention: { size: 10, ttlMs: 60_000 } });
      const held = holdAppends(bus);
      await using service = await startService({}, { bus, fixed: { maxInProgress: 2 } });
      using client = await openClient(service.url, {}, { transports: [transport] });
      const answered: string[] = [];
      const ask = async (event: string, name: string): Promise<void> => {
        await client.ask(event, { channel: 'news', data: name });
        answered.push(name);
      };

      const first = ask('publish', 'first');
      const storeFirst = await held.one();
      await ask('unknown', 'below');
      const second = ask('publish', 'second');
      const storeSecond = await held.one();
      const refused = ask('unknown', 'at');
      // By then the service has read whatever it reads of the first client.
      using _other = await openClient(service.url, {}, { transports: [transport] });
      storeFirst();
      await first;
      await refused;
      storeSecond();
      await second;

      expect(answered).toEqual(['below', 'first', 'at', 'second']);
    },
  );

  it.each([['websocket' as const], ['polling' as const]])(
    'over %s has some hundred events in progress, not more, and all of them done in the end',
    async (transport) => {
      const bus = new MemoryBus({ retention: { size: 10_000, ttlMs: 60_000 } });
      const held = holdAppends(bus);
      await using service = await startService(NO_LIMITS, { bus });
      using client = await openClient(service.url, {}, { transports: [transport] });
      using other = await openClient(service.url, {}, { transports: ['websocket'] });

      const data = 'x'.repeat(4 * KIB);
      const answers = Array.from({ length: 1000 }, () => client.ask('publish', { channel: 'news', data }));
      let done = 0;
      let most = 0;
      while (done < 1000) {
        const batch = await held.next(Math.min(256, 1000 - done));
        // By then the service has read whatever it reads of the first client.
        await other.ask('unknown', {});
        most = Math.max(most, held.items.length - done);
        for (const store of batch) store();
        await Promise.all(answers.slice(done, (done += batch.length)));
      }

      expect((await Promise.all(answers)).every(({ ok }) => ok)).toBe(true);
      // What was read already when the limit was reached comes on top: one polling request, or one read of a socket.
      expect(most).toBeLessThanOrEqual(256 + 64);
    },
  );
});
