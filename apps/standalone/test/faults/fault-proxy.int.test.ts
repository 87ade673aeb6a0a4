import { pollUntil, until } from '@tetracast/testing';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { type FaultyLab, openWebSocket, send, startFaultyLab } from './lab-client';

let lab: FaultyLab;
const at = (transport: keyof FaultyLab['description']['ports']): string =>
  `http://127.0.0.1:${lab.description.ports[transport]}`;

beforeAll(async () => {
  lab = await startFaultyLab();
});

afterAll(() => lab[Symbol.asyncDispose]());

const publish = (data: string): Promise<unknown> =>
  send(lab.origin, '/polling', { method: 'POST', body: `channel=lab&data=${data}`, headers: FORM });
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** The head of the answer of an event stream, and what has come of its body. */
async function openStream(): Promise<{ answer: IncomingMessage; text: () => string; close: () => void }> {
  const outgoing = request(`${at('sse')}/sse?channel=lab`, { headers: { origin: lab.origin } });
  outgoing.on('error', () => undefined).end();
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  let text = '';
  answer.on('data', (chunk: Buffer) => (text += chunk.toString())).on('error', () => undefined);
  return { answer, text: () => text, close: () => outgoing.destroy() };
}

const eventsOf = async (transport: string): Promise<string[]> =>
  (await lab.wire()).filter((entry) => entry.transport === transport).flatMap(({ event }) => event ?? []);

describe('a fault proxy without a fault', () => {
  it('serves the page what the service serves', async () => {
    const answer = await send(at('polling'), '/polling?channel=lab', { headers: { origin: lab.origin } });
    expect(answer).toMatchObject({ status: 200, headers: { 'access-control-allow-origin': lab.origin } });
    const stream = await openStream();
    await publish('through');
    await until(() => stream.text().includes('through'));
    stream.close();
    const { status, socket, messages } = await openWebSocket(`${at('websocket')}/ws?channel=lab`, lab.origin);
    expect(status).toBe(101);
    await until(() => messages.join().includes('welcome'));
    socket.close();
  });

  it('closes its connection to the service when the page closes its own', async () => {
    const connections = (): number => lab.app.tetracast.hub.stats.connections;
    await until(() => connections() === 0);
    const stream = await openStream();
    expect(connections()).toBe(1);
    stream.close();
    await until(() => connections() === 0);
    expect(connections()).toBe(0);
  });
});

describe('a fault proxy', () => {
  it('refuses WebSocket, and nothing else, while it blocks it', async () => {
    const open = await openWebSocket(`${at('websocket')}/ws?channel=lab`, lab.origin);
    const closed = once(open.socket, 'close');
    await lab.switchFault('block-websocket', true, 'websocket');
    await closed;
    expect((await openWebSocket(`${at('websocket')}/ws?channel=lab`, lab.origin)).status).toBe(403);
    expect((await send(at('websocket'), '/polling?channel=lab', { headers: { origin: lab.origin } })).status).toBe(200);
    await lab.switchFault('block-websocket', false, 'websocket');
    const again = await openWebSocket(`${at('websocket')}/ws?channel=lab`, lab.origin);
    expect(again.status).toBe(101);
    again.socket.close();
  });

  it('holds a stream back while it buffers, and passes on an answer that ends', async () => {
    await lab.switchFault('buffer', true);
    const outgoing = request(`${at('sse')}/sse?channel=lab`, { headers: { origin: lab.origin } });
    const response = once(outgoing.end(), 'response') as Promise<[IncomingMessage]>;
    let hasCome = false;
    void response.then(() => (hasCome = true));
    await pollUntil(
      () => eventsOf('sse'),
      (events) => events.includes('response-held'),
    );
    const poll = await send(at('polling'), '/polling?channel=lab', { headers: { origin: lab.origin } });
    expect(poll.status).toBe(200);
    expect(hasCome).toBe(false);
    await lab.switchFault('buffer', false);
    expect((await response)[0].statusCode).toBe(200);
    outgoing.destroy();
  });

  it('holds an open stream back as soon as it buffers, and then passes it on', async () => {
    const stream = await openStream();
    await publish('before');
    await until(() => stream.text().includes('before'));
    const held = (events: string[]): number => events.filter((event) => event === 'response-held').length;
    const heldBefore = held(await eventsOf('sse'));
    await lab.switchFault('buffer', true, 'sse');
    expect(held(await eventsOf('sse'))).toBe(heldBefore + 1);
    await publish('held back');
    // The proxy of polling does not buffer: the service has delivered the message.
    const poll = await send(at('polling'), '/polling?channel=lab&rewind=1', { headers: { origin: lab.origin } });
    expect(poll.body).toContain('held back');
    expect(stream.text()).not.toContain('held back');
    await lab.switchFault('buffer', false, 'sse');
    await until(() => stream.text().includes('held back'));
    expect((await eventsOf('sse')).slice(-2)).toEqual(['fault-off', 'response-passed-on']);
    stream.close();
  });

  it('delays each direction while it is slow', async () => {
    await lab.switchFault('slow', true, 'polling');
    const startMs = performance.now();
    await send(at('polling'), '/polling?channel=lab', { headers: { origin: lab.origin } });
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(790);
    await lab.switchFault('slow', false, 'polling');
  });

  it('cuts what is open, and accepts again at once', async () => {
    const stream = await openStream();
    // `once` of node:events would reject: an answer that is cut has an error first.
    const over = new Promise((resolve) => stream.answer.once('close', resolve));
    await lab.switchFault('cut', true, 'sse');
    await over;
    const next = await openStream();
    expect(next.answer.statusCode).toBe(200);
    next.close();
  });

  it('closes as a stopping server does, resets for a while, and is back', async () => {
    const { socket } = await openWebSocket(`${at('websocket')}/ws?channel=lab`, lab.origin);
    const closed = once(socket, 'close') as Promise<[number]>;
    expect((await lab.switchFault('restart')).status).toBe(204);
    expect((await closed)[0]).toBe(1001);
    await expect(send(at('polling'), '/healthz', { headers: { origin: lab.origin } })).rejects.toThrow('ECONNRESET');
    await expect(send(at('websocket'), '/healthz', { headers: { origin: lab.origin } })).rejects.toThrow('ECONNRESET');
    await pollUntil(
      () => eventsOf('polling'),
      (events) => events.includes('back'),
    );
    expect((await send(at('polling'), '/healthz', { headers: { origin: lab.origin } })).status).toBe(200);
  });
});

describe('the record of the wire', () => {
  it('has the bytes of both directions, without the tokens', async () => {
    const secret = 'a-secret-that-nobody-may-read';
    const headers = { origin: lab.origin, authorization: `Bearer ${secret}`, cookie: `tetracast_token=${secret}` };
    await send(at('polling'), `/polling?channel=recorded&token=${secret}`, { headers });
    const { socket, messages } = await openWebSocket(`${at('websocket')}/ws?channel=lab`, lab.origin);
    socket.send(JSON.stringify({ type: 'auth', token: secret }));
    socket.send(JSON.stringify({ type: 'ping' }));
    await until(() => messages.join().includes('pong'));
    const closed = once(socket, 'close');
    socket.close();
    await closed;

    const entries = await lab.wire();
    const bytes = (kind: string, transport: string): string =>
      entries
        .filter((entry) => entry.kind === kind && entry.transport === transport)
        .map(({ base64 = '' }) => Buffer.from(base64, 'base64').toString('latin1'))
        .join('');
    expect(bytes('sent', 'polling')).toContain('GET /polling?channel=recorded&token=***');
    expect(bytes('received', 'polling')).toContain('HTTP/1.1 200 OK');
    expect(bytes('received', 'websocket')).toContain('"type":"welcome"');
    const frames = entries.filter(({ kind, transport }) => kind === 'sent' && transport === 'websocket');
    const texts = frames.map(({ base64 = '' }) => unmask(Buffer.from(base64, 'base64')));
    expect(texts).toContain(`{"type":"auth","token":"${'*'.repeat(secret.length)}"}`);
    expect(texts).toContain('{"type":"ping"}');
    expect(JSON.stringify([bytes('sent', 'polling'), texts])).not.toContain(secret);
  });

  it('has nothing of a client that is not the page', async () => {
    const before = (await lab.wire()).length;
    const stranger = { origin: 'https://stranger.example' };
    expect((await send(at('polling'), '/polling?channel=private', { headers: stranger })).status).toBe(403);
    expect((await openWebSocket(`${at('websocket')}/ws?channel=private`, stranger.origin)).status).toBe(403);
    await send(at('polling'), '/polling?channel=public', { headers: { origin: lab.origin } });
    const added = (await lab.wire()).slice(before);
    const texts = added.map(({ base64 = '' }) => Buffer.from(base64, 'base64').toString('latin1'));
    expect(added.map(({ event }) => event).filter(Boolean)).toEqual([]);
    expect(texts.filter((text) => /private|stranger|HTTP\/1\.1 403/.test(text))).toEqual([]);
    expect(texts.join()).toContain('/polling?channel=public');
  });
});

/** The payload of a short frame of a client. */
function unmask(frame: Buffer): string {
  const key = frame.subarray(2, 6);
  return Buffer.from(frame.subarray(6).map((byte, index) => byte ^ (key[index % 4] ?? 0))).toString();
}
