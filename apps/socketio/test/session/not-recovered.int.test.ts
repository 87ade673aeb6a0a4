import { freePort } from '@tetracast/testing';
import { FaultyBus } from '@tetracast/bus/testing';
import { startService } from '../start-service';
import { openClient, startClient } from '../stock-client';

describe('recovery', () => {
  it.each([
    ['cannot be read', 'no cursor'],
    ['is empty', ''],
    ['is a word, not a cursor', 'earliest'],
    ['is missing', undefined],
    ['is of another log', 'AAAAAAAAAAA-1'],
  ])('is another client with its channels and its client key when its offset %s', async (_, offset) => {
    await using service = await startService();
    using client = await openClient(service.url, { channels: ['news'] });
    await client.ask('subscribe', { channels: ['added'] });
    const { id } = client.socket;
    const { _pid: pid } = client.socket as unknown as { _pid: string };

    using again = startClient(service.url, { channels: ['news'], pid, offset });

    const [event, ready] = await again.events.one();
    expect([event, ready]).toMatchObject(['tetracast:ready', { client: id }]);
    expect(again.socket.id).not.toBe(id);
    expect((again.socket as unknown as { _pid: string })._pid).not.toBe(pid);
    await client.ask('publish', { channel: 'added', data: 'still subscribed' });
    expect(await again.nextData()).toBe('still subscribed');
  });

  it('is refused to nobody when more channels were added than it may have by now: it learns which it lost', async () => {
    const bus = new FaultyBus();
    bus.survivesClose = true;
    const PORT = String(await freePort());
    const before = await startService({ PORT }, { bus });
    using client = await openClient(before.url, { channels: ['a', 'b'] });
    await client.ask('subscribe', { channels: ['c', 'd'] });
    await before[Symbol.asyncDispose]();

    await using after = await startService({ PORT, MAX_CHANNELS: '3' }, { bus });

    expect(after.url).toBe(before.url);
    expect(await client.connects.one()).toBe(true);
    for (;;) {
      const [event, payload] = await client.events.one();
      if (event !== 'tetracast:error') continue;
      expect(payload).toMatchObject({ event: 'subscribe', channels: ['d'], code: 'too_many_channels' });
      break;
    }
    await client.ask('publish', { channel: 'c', data: 'kept' });
    expect(await client.nextData()).toBe('kept');
  });
});
