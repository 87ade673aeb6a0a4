import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { boundedWebSocketOptions } from '../src/websocket/bounded-websocket';

/** 256 bytes for each piece: 16 of them. */
const MAX_PAYLOAD = 4096;
const PIECES = 16;

interface Pair extends AsyncDisposable {
  readonly websocket: WebSocket;
  readonly client: Socket;
  /** All bytes that came, up to the end of the connection. */
  readonly received: Promise<Buffer>;
}

async function open(): Promise<Pair> {
  const http = createServer();
  const server = new WebSocketServer({ ...boundedWebSocketOptions({ maxPayload: MAX_PAYLOAD }), noServer: true });
  const opened = new Promise<WebSocket>((resolve) => {
    http.on('upgrade', (request, socket, head) => {
      server.handleUpgrade(request, socket, head, (websocket) => {
        resolve(websocket.on('error', () => undefined));
      });
    });
  });
  await once(http.listen(0, '127.0.0.1'), 'listening');
  const client = connect((http.address() as AddressInfo).port, '127.0.0.1').setNoDelay(true);
  client.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n');
  client.write('Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n');
  const websocket = await opened;
  await once(client, 'data');
  const chunks: Buffer[] = [];
  client.on('data', (chunk: Buffer) => chunks.push(chunk));
  const received = once(client, 'end').then(() => Buffer.concat(chunks));
  return {
    websocket,
    client,
    received,
    [Symbol.asyncDispose]: async () => {
      client.destroy();
      await once(http.close(), 'close');
    },
  };
}

/** A masked frame, whose mask is nothing. */
function frame(first: number, payload: Buffer | string): Buffer {
  const bytes = Buffer.from(payload);
  const head = bytes.length < 126 ? [first, 0x80 | bytes.length] : [first, 0xfe, bytes.length >> 8, bytes.length & 255];
  return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), bytes]);
}

const PING = 0x89;
const ping = (n: number): Buffer => frame(PING, String(n).padStart(4, '0'));
const FRAGMENT = frame(0x00, 'a');
const FIRST_FRAGMENT = frame(0x01, 'a');
const END = frame(0x80, 'a');
const CLOSE = frame(0x88, Buffer.from([3, 232]));

describe('a message in pieces', () => {
  it('has as many fragments as cost no more than its bytes, and the connection is closed with a code for one more', async () => {
    await using pair = await open();
    const { client, websocket, received } = pair;
    const message = once(websocket, 'message');
    client.write(Buffer.concat([FIRST_FRAGMENT, ...Array<Buffer>(PIECES - 2).fill(FRAGMENT), END]));
    expect(String((await message)[0])).toBe('a'.repeat(PIECES));

    client.write(Buffer.concat([FIRST_FRAGMENT, ...Array<Buffer>(PIECES).fill(FRAGMENT)]));
    client.write(CLOSE);
    expect((await received).readUInt16BE(2)).toBe(1008);
  });

  it('comes in so many packets, and the connection is closed with a code for many more', async () => {
    await using pair = await open();
    const { client, websocket, received } = pair;
    const bytes = frame(0x81, 'x'.repeat(1000));
    const closed = once(websocket, 'error');
    const isRead = { until: 0 };
    websocket.once('error', () => (isRead.until = Infinity));
    const socket = (websocket as unknown as { readonly _socket: Socket })._socket;
    for (let i = 0; isRead.until < Infinity && i < bytes.length; i++) {
      client.write(bytes.subarray(i, i + 1));
      // One packet after the other.
      isRead.until = Math.max(isRead.until, socket.bytesRead + 1);
      while (socket.bytesRead < isRead.until && isRead.until < Infinity) await new Promise(setImmediate);
    }
    await closed;
    client.write(CLOSE);
    expect((await received).readUInt16BE(2)).toBe(1008);
  });

  it('keeps nothing of what came between its fragments', async () => {
    await using pair = await open();
    const { client, websocket } = pair;
    const { _fragments: fragments } = (websocket as unknown as { _receiver: { readonly _fragments: Buffer[] } })
      ._receiver;
    let pings = 0;
    websocket.on('ping', () => pings++);
    client.write(Buffer.concat([FIRST_FRAGMENT, FRAGMENT, ...Array<Buffer>(2000).fill(ping(1)), FRAGMENT]));
    client.write(ping(2));
    while (pings < 2001) await once(websocket, 'ping');

    expect(fragments.map(({ buffer }) => buffer.byteLength)).toEqual([1, 1, 1]);
    const message = once(websocket, 'message');
    client.write(END);
    expect(String((await message)[0])).toBe('aaaa');
  });
});

describe('pings', () => {
  it('are answered, the newest at least, however many come at once', async () => {
    await using pair = await open();
    const { client, received } = pair;
    client.write(Buffer.concat([...Array.from({ length: 500 }, (_, n) => ping(n)), CLOSE]));
    const pongs = String(await received).match(/\d{4}/g) ?? [];

    expect(pongs.length).toBeLessThan(50);
    expect(pongs[0]).toBe('0000');
  });

  it('are all answered by a client that waits for each', async () => {
    await using pair = await open();
    const { client } = pair;
    for (let n = 0; n < 200; n++) {
      client.write(ping(n));
      const [pong] = (await once(client, 'data')) as [Buffer];
      expect(String(pong.subarray(2))).toBe(String(n).padStart(4, '0'));
    }
  });

  it('that come while the client reads nothing are answered once, when it reads', async () => {
    await using pair = await open();
    const { client, websocket } = pair;
    let written = 0;
    const socket = (websocket as unknown as { readonly _socket: Socket })._socket;
    const write = jest.spyOn(socket, 'write');
    write.mockImplementation((...args: unknown[]) => {
      written++;
      unsent.push(args.at(-1) as () => void);
      return false;
    });
    const unsent: (() => void)[] = [];
    let pings = 0;
    websocket.on('ping', () => pings++);
    client.write(Buffer.concat(Array.from({ length: 500 }, (_, n) => ping(n))));
    while (pings < 500) await once(websocket, 'ping');
    expect(written).toBeLessThanOrEqual(2);

    write.mockRestore();
    for (const sent of unsent.splice(0)) if (typeof sent === 'function') sent();
    const [pong] = (await once(client, 'data')) as [Buffer];
    expect(String(pong.subarray(2))).toBe('0499');
  });
});
