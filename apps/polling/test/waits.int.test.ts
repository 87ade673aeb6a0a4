import { connect } from 'node:net';
import { openJQueryPage, uniqueChannel, until, words } from '@tetracast/testing';
import { publish, type TestService } from '@tetracast/service-kit/testing';
import { dataIn, poll, startService } from './start-service';

let service: TestService;

beforeAll(async () => {
  service = await startService();
});

afterAll(async () => {
  await service.close();
});

describe('a wait', () => {
  it('ends with all that its first turn brought, in one answer', async () => {
    const channel = uniqueChannel();
    const waiting = poll(service, `channel=${channel}&wait=20`);
    await until(() => service.connections() === 1 && service.tetracast.hub.stats.channels > 0);
    await poll(service, `channel=${channel}`);

    await publish(service, channel, words(50));

    expect(dataIn(await waiting)).toEqual(words(50));
  });

  it('of zero seconds is none', async () => {
    expect((await poll(service, `channel=${uniqueChannel()}&wait=0`)).messages).toEqual([]);
  });

  it('is cut to MAX_POLL_WAIT, also one of 55 seconds', async () => {
    await using impatient = await startService({ MAX_POLL_WAIT: '60ms' });
    const began = performance.now();

    const { status, messages, headers } = await poll(impatient, 'channel=a&wait=55');

    expect(performance.now() - began).toBeGreaterThan(55);
    expect([status, messages, headers.get('preference-applied')]).toEqual([200, [], null]);
  });

  it('by preference is reported as applied', async () => {
    await using impatient = await startService({ MAX_POLL_WAIT: '60ms' });

    const { headers } = await poll(impatient, 'channel=a', { headers: { prefer: 'wait=20' } });

    expect(headers.get('preference-applied')).toBe('wait=0');
  });

  it.each(['&wait=55', ''])('leaves no connection behind%s', async (query) => {
    await using impatient = await startService({ MAX_POLL_WAIT: '60ms' });

    await poll(impatient, `channel=a${query}`);

    expect(impatient.connections()).toBe(0);
  });

  it('is over for the hub when it is answered, though its client does not take the answer', async () => {
    await using wide = await startService({ HIGH_WATER_MARK: '67108864' });
    const data = Array.from({ length: 300 }, () => 'x'.repeat(60_000));
    await publish(wide, 'a', data);
    const { hostname, port } = new URL(wide.url);
    const socket = connect({ host: hostname, port: Number(port) }).pause();
    socket.write('GET /polling?channel=a&after=earliest&limit=300 HTTP/1.1\r\nHost: localhost\r\n\r\n');

    await until(() => wide.tetracast.hub.stats.delivered === data.length);
    await new Promise(setImmediate);

    expect(wide.connections()).toBe(0);
    socket.destroy();
  });

  it('is given up when its client goes away', async () => {
    const client = new AbortController();
    const waiting = poll(service, `channel=${uniqueChannel()}&wait=55`, { signal: client.signal });
    await until(() => service.connections() === 1);

    client.abort();

    await expect(waiting).rejects.toThrow('abort');
    await until(() => service.connections() === 0);
  });

  it('is given up when $.ajax aborts', async () => {
    const page = openJQueryPage(service.url);
    const request = page.$.ajax({ url: '/polling', data: { channel: uniqueChannel(), wait: 55 } });
    await until(() => service.connections() === 1);

    request.abort();

    await until(() => service.connections() === 0);
    page.close();
    expect(request.status).toBe(0);
  });

  it('ends with a 200 when the service stops, its cursor unchanged and its connection closed', async () => {
    const stopping = await startService();
    const channel = uniqueChannel();
    const [id = ''] = await publish(stopping, channel, ['a']);
    const waiting = poll(stopping, `channel=${channel}&after=${id}&wait=55`);
    const fresh = poll(stopping, `channel=${channel}&wait=55`);
    await until(() => stopping.connections() === 2);
    await poll(stopping, `channel=${channel}`);

    await stopping.close();

    const { status, messages, cursor, headers } = await waiting;
    expect([status, messages, cursor]).toEqual([200, [], id]);
    expect(headers.get('connection')).toBe('close');
    expect(await fresh).toMatchObject({ status: 200, messages: [], cursor: id });
  });
});
