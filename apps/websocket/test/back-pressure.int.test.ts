import { BusUnavailableError, MemoryBus } from '@tetracast/bus';
import { holdAppends, NO_LIMITS, openWebSocketWire, pendingBytes, uniqueChannel, words } from '@tetracast/testing';
import { startService } from './start-service';

const KIB = 1024;

describe('a client that does not read', () => {
  it('has no more pending than the high-water mark and one write, and gets everything in order later', async () => {
    await using service = await startService({
      ...NO_LIMITS,
      HIGH_WATER_MARK: String(64 * KIB),
      HISTORY_SIZE: '10000',
    });
    const { sockets } = service;
    const channel = uniqueChannel();
    await using reader = await openWebSocketWire(`${service.url}/ws?channel=${channel}`);
    await reader.nextOf('subscribed');
    await using publisher = await openWebSocketWire(`${service.url}/ws`);
    const filler = 'x'.repeat(16 * KIB);
    const [readerSocket] = sockets;

    reader.socket.pause();
    let mostPending = 0;
    for (let round = 0; round < 40; round++) {
      for (let i = 0; i < 25; i++) publisher.send({ type: 'publish', channel, data: [round * 25 + i, filler] });
      for (let i = 0; i < 25; i++) await publisher.nextOf('ack');
      mostPending = Math.max(mostPending, pendingBytes(readerSocket!));
    }
    // 16 MiB were published: far more than what the kernel takes for a reader that does not read.
    expect(mostPending).toBeGreaterThan(64 * KIB);
    expect(mostPending).toBeLessThan(64 * KIB + 512 * KIB);

    reader.socket.resume();
    const numbers: unknown[] = [];
    while (numbers.length < 1000) numbers.push(((await reader.nextOf('message')).data as unknown[])[0]);
    expect(numbers).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  });

  it('cannot make the service hold answers without end', async () => {
    await using service = await startService({ ...NO_LIMITS, HIGH_WATER_MARK: String(64 * KIB) });
    const { sockets } = service;
    await using client = await openWebSocketWire(`${service.url}/ws`);
    await client.nextOf('welcome');
    // A frame whose answer is as large as the frame itself.
    const asking = { type: 'unsubscribe', channels: words(90, 'c'.repeat(150)) };

    client.socket.pause();
    // Sends until the service takes no more, and the kernel takes none of its answers: then what is unsent stays with either.
    while (client.socket.bufferedAmount < 256 * KIB || pendingBytes(sockets[0]!) === 0) {
      for (let i = 0; i < 10; i++) client.send(asking);
      await new Promise(setImmediate);
    }

    expect(pendingBytes(sockets[0]!)).toBeLessThan(64 * KIB + 256 * KIB);
    client.socket.resume();
    client.send({ type: 'ping', ref: 'last' });
    expect(await client.nextOf('pong')).toEqual({ type: 'pong', ref: 'last' });
  });
});

describe('a client faster than the log', () => {
  it('has some hundred frames in progress, not more, and all of them done in the end', async () => {
    const bus = new MemoryBus({ retention: { size: 10_000, ttlMs: 60_000 } });
    const held = holdAppends(bus);
    await using service = await startService(NO_LIMITS, { bus });
    await using client = await openWebSocketWire(`${service.url}/ws`);
    await using other = await openWebSocketWire(`${service.url}/ws`);

    const data = 'x'.repeat(4 * KIB);
    for (const ref of words(2000)) client.send({ type: 'publish', channel: 'a', data, ref });
    const refs: unknown[] = [];
    let most = 0;
    while (refs.length < 2000) {
      const batch = await held.next(Math.min(256, 2000 - refs.length));
      // By then the service has read whatever it reads of the first client.
      other.send({ type: 'ping' });
      await other.nextOf('pong');
      most = Math.max(most, held.items.length - refs.length);
      for (const store of batch) store();
      for (const _ of batch) refs.push((await client.nextOf('ack')).ref);
    }

    expect(refs).toEqual(words(2000));
    // The rest of what was read already when the limit was reached is at most 64 KiB.
    expect(most).toBeLessThanOrEqual(256 + 16);
  });

  it('is read no further while maxInProgress frames are in progress', async () => {
    const bus = new MemoryBus({ retention: { size: 10, ttlMs: 60_000 } });
    const held = holdAppends(bus);
    await using service = await startService({}, { bus, fixed: { maxInProgress: 2 } });
    await using client = await openWebSocketWire(`${service.url}/ws`);
    await client.nextOf('welcome');

    client.send({ type: 'publish', channel: 'a', data: 1, ref: 1 });
    const first = await held.one();
    client.send({ type: 'ping', ref: 'below' });
    expect(await client.next()).toEqual({ type: 'pong', ref: 'below' });
    client.send({ type: 'publish', channel: 'a', data: 2, ref: 2 });
    const second = await held.one();
    client.send({ type: 'ping', ref: 'at' });
    // By then the service has read whatever it reads of the first client.
    await using other = await openWebSocketWire(`${service.url}/ws`);
    await other.nextOf('welcome');
    first();

    expect(await client.next()).toMatchObject({ type: 'ack', ref: 1 });
    expect(await client.next()).toEqual({ type: 'pong', ref: 'at' });
    second();
    expect(await client.next()).toMatchObject({ type: 'ack', ref: 2 });
  });

  it('learns which publications were not stored', async () => {
    const bus = new MemoryBus({ retention: { size: 10, ttlMs: 60_000 } });
    const append = bus.append.bind(bus);
    bus.append = (publication) =>
      publication.data === '"word-2"' ? Promise.reject(new BusUnavailableError('now')) : append(publication);
    await using service = await startService(NO_LIMITS, { bus });
    await using client = await openWebSocketWire(`${service.url}/ws`);
    await client.nextOf('welcome');

    for (const data of words(3)) client.send({ type: 'publish', channel: 'a', data, ref: data });

    const answers = [await client.next(), await client.next(), await client.next()];
    const byRef = new Map(answers.map((frame) => ['ref' in frame ? frame.ref : '', frame]));
    expect(byRef.get('word-1')).toMatchObject({ type: 'ack' });
    expect(byRef.get('word-2')).toMatchObject({ type: 'error', code: 'unavailable' });
    expect(byRef.get('word-3')).toMatchObject({ type: 'ack' });
  });
});
