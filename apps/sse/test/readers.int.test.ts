import { pendingBytes, uniqueChannel, until } from '@tetracast/testing';
import type { Socket } from 'node:net';
import { openRawStream } from './raw-stream';
import { FaultyBus } from '@tetracast/bus/testing';
import { publish, type TestService } from '@tetracast/service-kit/testing';
import { startService } from './start-service';

let service: TestService;

beforeAll(async () => {
  service = await startService();
});

afterAll(async () => {
  await service.close();
});

describe('a client that goes away', () => {
  it.each<[string, (socket: Socket) => void]>([
    ['with a FIN', (socket) => socket.end()],
    ['with a RST', (socket) => socket.resetAndDestroy()],
  ])('%s is closed at once', async (_, leave) => {
    using stream = openRawStream(service.url, `/sse?channel=${uniqueChannel()}`);
    await stream.readUntil('\n\n');
    expect(service.connections()).toBe(1);

    leave(stream.socket);

    await until(() => service.connections() === 0);
    expect(service.connections()).toBe(0);
  });

  it('before its stream has begun leaves nothing behind', async () => {
    const bus = new FaultyBus();
    bus.holdsSubscriptions = true;
    await using slow = await startService({}, { bus });
    using stream = openRawStream(slow.url, '/sse?channel=a');
    await until(() => bus.heldCount === 1);

    stream.socket.resetAndDestroy();
    await until(() => slow.connections() === 0 || stream.socket.destroyed);
    bus.releaseSubscriptions();

    await until(() => slow.connections() === 0);
    expect(stream.text()).toBe('');
  });
});

describe('a reader that stops reading', () => {
  const LINE = 60_000;
  const BATCH_MAX = 300 * 1024;

  it.each(['65536', '262144'])(
    'has at most HIGH_WATER_MARK=%s and one batch held for it, then gets all',
    async (mark) => {
      await using narrow = await startService({ HIGH_WATER_MARK: mark });
      const channel = uniqueChannel();
      using stream = openRawStream(narrow.url, `/sse?channel=${channel}`);
      await stream.readUntil('\n\n');
      const data = Array.from({ length: 400 }, (_, index) => `${index}-${'x'.repeat(LINE)}`);
      let held = 0;
      for (const item of data) {
        await publish(narrow, channel, [item]);
        await new Promise(setImmediate);
        held = Math.max(held, ...narrow.sockets.map(pendingBytes));
      }

      expect(held).toBeGreaterThan(Number(mark));
      expect(held).toBeLessThan(Number(mark) + BATCH_MAX);
      await publish(narrow, channel, ['the end']);
      const text = await stream.readUntil('"the end"');
      const numbers = [...text.matchAll(/"data":"(\d+)-x/g)].map(([, number]) => Number(number));
      expect(numbers).toEqual(data.map((_, index) => index));
    },
  );

  it('is cut after four heartbeats in which it took nothing, and loses nothing', async () => {
    await using narrow = await startService({ HEARTBEAT_INTERVAL: '250ms' });
    const channel = uniqueChannel();
    using stalled = openRawStream(narrow.url, `/sse?channel=${channel}`);
    await stalled.readUntil('\n\n');
    const ids: string[] = [];
    for (let number = 0; number < 200; number++) ids.push(...(await publish(narrow, channel, ['x'.repeat(LINE)])));

    await until(() => narrow.connections() === 0);

    const text = await stalled.readToEnd();
    const got = idsIn(text.slice(0, text.lastIndexOf('\n\n')));
    expect(got.length).toBeGreaterThan(0);
    expect(got.length).toBeLessThan(ids.length);
    using again = openRawStream(narrow.url, `/sse?channel=${channel}`, `Last-Event-ID: ${got.at(-1) ?? ''}\r\n`);
    const rest = idsIn(await again.readUntil(`{"id":"${ids.at(-1) ?? ''}"`));
    expect([...got, ...rest]).toEqual(ids);
  });
});

/** The ids of the messages in a stream; a reset would be one more. */
function idsIn(text: string): string[] {
  return [...text.matchAll(/^id: (\S+)\n(?:event|data)/gm)].map(([, id = '']) => id);
}
