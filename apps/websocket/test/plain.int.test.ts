import { BusUnavailableError, MemoryBus } from '@tetracast/bus';
import { FaultyBus } from '@tetracast/bus/testing';
import { publish } from '@tetracast/service-kit/testing';
import { NO_LIMITS, openPlainWire, type PlainWire, uniqueChannel, words } from '@tetracast/testing';
import { once } from 'node:events';
import WebSocket from 'ws';
import { plainFraming } from '../src/websocket-framing';
import { startService } from './start-service';

const KIB = 1024;

const open = ({ url }: { readonly url: string }, query: string): Promise<PlainWire> =>
  openPlainWire(`${url}/ws?format=data&${query}`);

describe('a plain WebSocket', () => {
  it('is open when it is subscribed, not before', async () => {
    const bus = new FaultyBus();
    bus.holdsSubscriptions = true;
    await using service = await startService({}, { bus });
    const socket = new WebSocket(`${service.url.replace('http', 'ws')}/ws?format=data&channel=a`);
    const opened = once(socket, 'open');
    while (bus.heldCount === 0) await new Promise(setImmediate);
    // A second client is served meanwhile, as far as it does not need the channel.
    await using other = await openPlainWire(`${service.url}/ws`);
    await other.next();
    expect(socket.readyState).toBe(socket.CONNECTING);

    bus.releaseSubscriptions();
    await opened;
    await publish(service, 'a', ['at once']);

    expect(String((await once(socket, 'message'))[0])).toBe('at once');
    socket.terminate();
  });

  it('is closed with 4001 at once where a token is needed, and waits for none', async () => {
    await using service = await startService({
      AUTH_SECRET: 'a secret of at least thirty-two bytes',
      PUBLIC_PUBLISH: '*',
    });
    await using wire = await open(service, 'channel=a');

    expect(await wire.closed).toEqual({ code: 4001, reason: 'Send a token to subscribe to a' });
  });

  it('is closed with 4001 when a text may not be published without a token', async () => {
    await using service = await startService({
      AUTH_SECRET: 'a secret of at least thirty-two bytes',
      PUBLIC_SUBSCRIBE: '*',
    });
    await using wire = await open(service, 'channel=a');
    wire.send('x');

    expect(await wire.closed).toEqual({ code: 4001, reason: 'Send a token to publish to a' });
  });

  it('is closed when a text cannot be stored, after those before it are', async () => {
    const bus = new MemoryBus({ retention: { size: 100, ttlMs: 60_000 } });
    const append = bus.append.bind(bus);
    bus.append = async (publication) => {
      if (publication.data === '"word-3"') throw new BusUnavailableError('now');
      // The one that fails is done first.
      await new Promise(setImmediate);
      return append(publication);
    };
    await using service = await startService(NO_LIMITS, { bus });
    await using wire = await open(service, 'channel=a');
    for (const text of words(3)) wire.send(text);

    expect(await wire.closed).toMatchObject({
      code: 4101,
      reason: expect.stringContaining('cannot be reached') as string,
    });
    await using later = await open(service, 'channel=a&after=earliest');
    expect([await later.next(), await later.next()]).toEqual(words(2));
  });

  it('that sends too fast is closed with 4100', async () => {
    await using service = await startService({ PUBLISH_RATE: '1/0/0' });
    await using wire = await open(service, 'channel=a');
    for (const text of words(3)) wire.send(text);

    const { code, reason } = await wire.closed;
    expect(code).toBe(4100);
    expect(reason).toContain('1 a second on one connection');
    await using later = await open(service, 'channel=a&after=earliest');
    expect([await later.next(), await later.next()]).toEqual(words(2));
  });

  const base64 = (json: object): string => Buffer.from(JSON.stringify(json)).toString('base64url');
  const JWT = `${base64({ alg: 'HS256' })}.${base64({ sub: 'ann' })}.c2lnbmF0dXJl`;

  it.each([
    '{"type":"auth","token":"secret"}',
    JWT,
    `{"type":"Auth","token":"${JWT}"}`,
    `{"type":"auth","token":"${JWT}"`,
    `[{"type":"auth","token":"${JWT}"}]`,
  ])('sends nothing more once it has sent a token: %s and what follows it are not stored', async (text) => {
    await using service = await startService();
    await using wire = await open(service, 'channel=a');
    wire.send(text);
    wire.send('what follows');

    expect(await wire.closed).toMatchObject({ code: 4000, reason: expect.stringContaining('token') as string });
    expect((await service.tetracast.bus.positions([])).head).toBe(0);
  });

  it('that reads nothing until the history has moved on gets what was sent, and is closed with 4201', async () => {
    await using service = await startService({ ...NO_LIMITS, HISTORY_SIZE: '25', HIGH_WATER_MARK: String(64 * KIB) });
    const channel = uniqueChannel();
    await using wire = await open(service, `channel=${channel}`);
    const [socket] = service.sockets;
    wire.socket.pause();
    const filler = 'x'.repeat(60_000);
    let count = 0;
    // Until nothing is written any more, although more than the window and the history hold is published.
    for (let written = -1; written !== socket?.bytesWritten;) {
      written = socket?.bytesWritten ?? 0;
      for (let i = 0; i < 60; i++) {
        await publish(service, channel, [`${++count} ${filler}`]);
        await new Promise(setImmediate);
      }
    }
    wire.socket.resume();

    expect(await wire.closed).toMatchObject({ code: 4201, reason: expect.stringContaining('trimmed') as string });
    const numbers = wire.texts.map((text) => Number.parseInt(text));
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    expect(numbers.length).toBeLessThan(count);
  });

  it('shares the frame of a message with all others', async () => {
    await using service = await startService();
    await using one = await open(service, 'channel=a');
    await using other = await open(service, 'channel=a');
    const encode = jest.spyOn(plainFraming, 'encode');

    await publish(service, 'a', words(3));
    for (const wire of [one, other]) for (const word of words(3)) expect(await wire.next()).toBe(word);

    expect(encode).toHaveBeenCalledTimes(3);
    encode.mockRestore();
  });

  it('gets nothing when a message is deleted', async () => {
    const bus = new MemoryBus({ retention: { size: 100, ttlMs: 60_000 } });
    await using service = await startService({}, { bus });
    await using wire = await open(service, 'channel=a');
    await publish(service, 'a', ['one']);
    expect(await wire.next()).toBe('one');

    const { epoch, head } = await bus.positions([]);
    expect(await bus.deleteMessage('a', { epoch, seq: head })).toBe(true);
    await publish(service, 'a', ['two']);

    expect(await wire.next()).toBe('two');
  });

  it('is closed with 1001 when the service stops', async () => {
    const service = await startService({ DRAIN_TIMEOUT: '30s' }); // longer than a test may take
    await using wire = await open(service, 'channel=a');

    await service.close();

    expect(await wire.closed).toMatchObject({ code: 1001 });
  });
});
