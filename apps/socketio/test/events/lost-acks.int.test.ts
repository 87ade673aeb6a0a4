import { MemoryBus } from '@tetracast/bus';
import { startService } from '../start-service';
import { startClient, TRANSPORTS } from '../stock-client';

describe.each(TRANSPORTS)('the stock client with `retries` over %s', (_, transports) => {
  it.each<[string, string, object]>([
    ['/', 'publish', { channel: 'news', data: 'once', idempotencyKey: 'order-7' }],
    ['/news', 'tetracast:publish', { data: 'once', idempotencyKey: 'order-7' }],
  ])('has what it repeats stored once when the answer was lost, in %s', async (namespace, event, publication) => {
    const bus = new MemoryBus({ retention: { size: 10, ttlMs: 60_000 } });
    await using service = await startService({}, { bus });
    const options = { transports: [...transports], retries: 3, ackTimeout: 10_000 };
    using client = startClient(service.url + namespace, {}, options);
    const append = bus.append.bind(bus);
    const ids: string[] = [];
    bus.append = async (given) => {
      const appended = await append(given);
      ids.push(`${appended.epoch}-${appended.seq}`);
      // Stored; the line is cut before it is acknowledged.
      if (ids.length === 1) client.socket.io.engine.close();
      return appended;
    };

    const answer = await new Promise((resolve, reject) => {
      client.socket.emit(event, publication, (error: Error | null, value: unknown) =>
        error === null ? resolve(value) : reject(error),
      );
    });

    expect(answer).toEqual({ ok: true, id: ids[0], duplicate: true });
    expect(ids).toEqual([ids[0], ids[0]]);
    expect(await bus.positions(['news'])).toMatchObject({ head: 1, last: [1] });
  });
});

it('`tetracast:publish` takes what a plain emit has no room for', async () => {
  await using service = await startService();
  using client = startClient(`${service.url}/news`);
  using other = startClient(`${service.url}/news`);
  await Promise.all([client.connects.one(), other.connects.one()]);

  await client.ask('tetracast:publish', { event: 'price', data: 1 });
  await client.ask('tetracast:publish', { channel: 'news', data: [2], echo: true });

  expect([await other.nextData(), await other.nextData()]).toEqual([1, [2]]);
  expect(await client.nextData()).toEqual([2]);
});
