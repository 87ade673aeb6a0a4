import { openWebSocketWire, uniqueChannel, type WebSocketWire, words } from '@tetracast/testing';
import { once } from 'node:events';
import { FaultyBus } from '@tetracast/bus/testing';
import type { TestService } from '@tetracast/service-kit/testing';
import { startService } from './start-service';

describe('a WebSocket', () => {
  let service: TestService;
  const open = (query = '', url = service.url): Promise<WebSocketWire> => openWebSocketWire(`${url}/ws${query}`);

  beforeAll(async () => {
    service = await startService({ MAX_MESSAGE_BYTES: '10000' });
  });

  afterAll(() => service[Symbol.asyncDispose]());

  it('hears welcome, subscribed, what is stored, then what comes', async () => {
    const channel = uniqueChannel();
    await using publisher = await open();
    for (const data of words(3)) publisher.send({ type: 'publish', channel, data });
    for (let i = 0; i < 3; i++) await publisher.nextOf('ack');

    await using socket = await open(`?channel=${channel}&after=earliest`);
    await socket.nextOf('message');
    publisher.send({ type: 'publish', channel, data: 'live' });
    while (socket.frames.length < 6) await socket.next();

    expect(socket.frames.map((frame) => (frame.type === 'message' ? frame.data : frame.type))).toEqual([
      'welcome',
      'subscribed',
      ...words(3),
      'live',
    ]);
  });

  it('needs no channel to publish', async () => {
    await using socket = await open();

    expect(await socket.next()).toMatchObject({
      type: 'welcome',
      cursor: expect.stringMatching(/^\w+-\d+$/) as string,
    });
    socket.send({ type: 'publish', channel: uniqueChannel(), data: null });
    expect(await socket.next()).toEqual({ type: 'ack', id: expect.any(String) as string });
  });

  it('has its frames done in order: what is published after a subscription is received by it', async () => {
    const channel = uniqueChannel();
    await using socket = await open();
    await socket.nextOf('welcome');

    socket.send({ type: 'subscribe', channels: [channel], ref: 1 });
    for (const data of words(5)) socket.send({ type: 'publish', channel, data, ref: data });
    socket.send({ type: 'unsubscribe', channels: [channel], ref: 2 });
    socket.send({ type: 'publish', channel, data: 'unheard', ref: 3 });
    socket.send({ type: 'subscribe', channels: [channel], ref: 4 });
    socket.send({ type: 'publish', channel, data: 'heard', ref: 5 });

    const heard: unknown[] = [];
    while (heard.at(-1) !== 'heard') heard.push((await socket.nextOf('message')).data);
    // Messages of a turn leave together, and the unsubscription may come before the turn ends.
    expect(words(5)).toEqual(expect.arrayContaining(heard.slice(0, -1)));
    const answers = socket.frames.flatMap((frame) => ('ref' in frame ? [frame.ref] : []));
    expect(answers).toEqual([1, ...words(5), 2, 3, 4, 5]);
  });

  it.each(['1e400', '{"a":[-1e999]}'])('stores nothing with a number no double can hold: %s', async (data) => {
    const channel = uniqueChannel();
    await using socket = await open(`?channel=${channel}`);

    socket.send(`{"type":"publish","channel":"${channel}","data":${data},"ref":1}`);
    socket.send({ type: 'publish', channel, data: 'next' });

    expect(await socket.nextOf('error')).toMatchObject({ ref: 1, code: 'invalid_message' });
    expect((await socket.nextOf('message')).data).toBe('next');
  });

  it('gets an error for an auth frame, since the server has no keys', async () => {
    await using socket = await open();

    socket.send({ type: 'auth', token: 'x', ref: 1 });

    expect(await socket.nextOf('error')).toMatchObject({ ref: 1, code: 'invalid_request' });
  });

  it('takes data of exactly the most there may be, however it is escaped', async () => {
    const channel = uniqueChannel();
    await using socket = await open(`?channel=${channel}`);
    const data = 'é'.repeat(4999); // 9998 bytes and two quotes
    const escaped = JSON.stringify({ type: 'publish', channel, data }).replaceAll('é', '\\u00e9');

    socket.send(escaped);

    expect((await socket.nextOf('message')).data).toBe(data);
  });

  it('is refused data that is larger, and goes on', async () => {
    const channel = uniqueChannel();
    await using socket = await open(`?channel=${channel}`);

    socket.send({ type: 'publish', channel, data: 'x'.repeat(9999), ref: 'large' });

    expect(await socket.nextOf('error')).toMatchObject({ ref: 'large', code: 'message_too_large' });
    socket.send({ type: 'publish', channel, data: 'x'.repeat(9998) });
    expect((await socket.nextOf('message')).data).toHaveLength(9998);
  });

  it('is refused a binary frame', async () => {
    await using socket = await open();

    socket.socket.send(Buffer.from('{"type":"ping"}'), { binary: true });

    expect(await socket.nextOf('error')).toMatchObject({ code: 'invalid_frame' });
  });

  it('is cut with 1008 after 20 bad frames in a row', async () => {
    await using socket = await open();

    for (let i = 0; i < 19; i++) socket.send('{');
    socket.send({ type: 'ping' });
    for (let i = 0; i < 19; i++) socket.send('{');
    await socket.nextOf('pong');
    for (let i = 0; i < 19; i++) await socket.nextOf('error');
    expect(socket.socket.readyState).toBe(socket.socket.OPEN);
    socket.send('{');

    expect(await socket.closed).toMatchObject({ code: 1008 });
    expect(socket.frames.filter(({ type }) => type === 'error')).toHaveLength(39);
  });

  it('answers a ping of the protocol', async () => {
    await using socket = await open();
    const ponged = once(socket.socket, 'pong') as Promise<[Buffer]>;

    socket.socket.ping('payload');

    expect(String((await ponged)[0])).toBe('payload');
  });

  it.each([
    ['a bad channel', '?channel=two%20words', 'invalid_channel'],
    ['101 channels', `?channel=${words(101).join()}`, 'too_many_channels'],
    ['a bad rewind', '?channel=a&rewind=all', 'invalid_request'],
    ['a bad client key', '?client=two%20words', 'invalid_request'],
  ])('learns what is wrong with its URL: %s', async (_, query, code) => {
    await using socket = await open(query);

    expect(await socket.next()).toMatchObject({ type: 'error', code });
    expect((await socket.closed).code).toBe(4000);
  });

  it('is sent away for a while when the log is out of reach', async () => {
    const bus = new FaultyBus();
    await using broken = await startService({}, { bus });
    await using early = await open('', broken.url);
    await early.nextOf('welcome');
    bus.isUnavailable = true;

    await using late = await open('?channel=a', broken.url);
    early.send({ type: 'publish', channel: 'a', data: 1, ref: 'p' });
    early.send({ type: 'subscribe', channels: ['b'], ref: 's' });

    expect(await late.next()).toMatchObject({ type: 'error', code: 'unavailable' });
    expect((await late.closed).code).toBe(4101);
    expect([await early.next(), await early.next()]).toMatchObject([
      { type: 'error', ref: 'p', code: 'unavailable' },
      { type: 'error', ref: 's', code: 'unavailable' },
    ]);
    bus.isUnavailable = false;
    early.send({ type: 'subscribe', channels: ['b'], ref: 's' });
    expect(await early.next()).toMatchObject({ type: 'subscribed', ref: 's' });
  });

  it('is closed with 1001 when the service stops, which does not wait for it', async () => {
    const stopping = await startService({ DRAIN_TIMEOUT: '30s' }); // longer than a test may take
    await using socket = await open('?channel=a', stopping.url);
    await socket.nextOf('subscribed');

    await stopping[Symbol.asyncDispose]();

    expect((await socket.closed).code).toBe(1001);
  });
});

describe('without a handshake', () => {
  it('GET /ws is a problem that says what is wanted', async () => {
    await using service = await startService();

    const response = await fetch(`${service.url}/ws`);

    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(await response.json()).toMatchObject({
      code: 'invalid_request',
      detail: expect.stringMatching(/upgrade/) as string,
    });
  });
});
