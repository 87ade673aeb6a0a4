import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { version } from 'ws/package.json';
import { type WebSocket, WebSocketServer } from 'ws';
import { boundedWebSocketOptions } from '../../src/websocket/bounded-websocket';

/** Masked frames, whose mask is nothing. */
const FIRST_FRAGMENT = Buffer.from([0x01, 0x81, 0, 0, 0, 0, 0x61]);
const FRAGMENT = Buffer.from([0x00, 0x81, 0, 0, 0, 0, 0x61]);
const PING = Buffer.from([0x89, 0x80, 0, 0, 0, 0]);
const LIMITS = { maxPayload: 4096, closeTimeout: 1234 };

interface WebSocketParts {
  readonly _closeTimeout: number;
  readonly _receiver: {
    readonly _maxFragments: number;
    readonly _maxBufferedChunks: number;
    readonly _fragments: Buffer[];
  };
}

describe(`ws ${version}`, () => {
  it('has the limits of a message in pieces, and the fragments to copy: copyFragments', async () => {
    const http = createServer();
    const server = new WebSocketServer({ ...boundedWebSocketOptions(LIMITS), server: http });
    await once(http.listen(0, '127.0.0.1'), 'listening');
    const client = connect((http.address() as AddressInfo).port, '127.0.0.1');
    client.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n');
    client.write('Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n');
    const [websocket] = (await once(server, 'connection')) as [WebSocket];
    const { _closeTimeout: closeTimeout, _receiver: receiver } = websocket as unknown as WebSocketParts;
    const { _maxFragments: fragments, _maxBufferedChunks: chunks } = receiver;
    expect({ closeTimeout, fragments, chunks }).toEqual({ closeTimeout: 1234, fragments: 16, chunks: 16 });

    client.write(Buffer.concat([FIRST_FRAGMENT, FRAGMENT, PING]));
    await once(websocket, 'ping');
    expect(receiver._fragments.map(({ buffer }) => buffer.byteLength)).toEqual([1, 1]);

    client.destroy();
    await once(websocket, 'close');
    await once(http.close(), 'close');
  });
});
