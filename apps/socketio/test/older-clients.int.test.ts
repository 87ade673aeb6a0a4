import { Inbox } from '@tetracast/testing';
import { io } from 'socket.io-client-4.5';
import { startService } from './start-service';
import { happens, TRANSPORTS } from './stock-client';

/** As in protocol.md, for clients that have no recovery. */
describe.each(TRANSPORTS)('socket.io-client 4.5 over %s, which keeps its cursor itself', (_, transports) => {
  it('misses nothing when it is cut and comes back', async () => {
    await using service = await startService();
    const { hub } = service.app.tetracast;
    const publish = (data: number): Promise<unknown> =>
      hub.publish({ channel: 'news', event: 'message', data: JSON.stringify(data), echo: true });
    const received = new Inbox<unknown>('events');

    let cursor: string | undefined;
    const socket = io(service.url, {
      auth: (give) => give({ channels: ['news'], after: cursor }),
      ...{ transports: [...transports], forceNew: true, reconnectionDelay: 20, reconnectionDelayMax: 50 },
    });
    using _closing = { [Symbol.dispose]: () => void socket.disconnect() };
    socket.onAny((event: string, ...args: unknown[]) => {
      const last = args.at(-1);
      if (typeof last === 'string') cursor = last;
      if (event === 'message') received.push(args[0]);
    });
    await happens(socket, 'tetracast:ready');
    await publish(1);
    expect(await received.one()).toBe(1);

    const back = happens(socket, 'tetracast:ready');
    socket.io.engine.close();
    await publish(2);
    expect(await received.one()).toBe(2);
    await back;
    await publish(3);
    expect(await received.one()).toBe(3);
  });
});
