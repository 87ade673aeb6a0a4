import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { responseUnderWay } from '../../src/http/broken-connection';
import { detachSocket } from '../../src/http/detach-socket';
import { SingleWriteResponse } from '../../src/http/single-write-response';
import { WholeRequest } from '../../src/http/whole-request';

type Exchange = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Serves one request, after the server's socket was given to `accepted`; returns the text of the response. */
async function serve(
  bytes: string,
  exchange: Exchange,
  accepted: (socket: Socket) => void = () => undefined,
): Promise<string> {
  const server = createServer({ IncomingMessage: WholeRequest, ServerResponse: SingleWriteResponse }, (...args) => {
    void exchange(...args);
  });
  server.once('connection', accepted);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.write(bytes);
  const response = await text(client);
  await once(server.close(), 'close');
  return response;
}

const GET = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

describe(`Node.js ${process.version}`, () => {
  it('shows the response of a socket: responseUnderWay', async () => {
    const seen: unknown[] = [];
    await serve(GET, ({ socket }, response) => {
      seen.push(responseUnderWay(socket) === response);
      response.once('finish', () => seen.push(responseUnderWay(socket))).end();
    });

    expect(seen).toEqual([true, undefined]);
  });

  it('lets go of the parser of a connection: detachParser', async () => {
    const parser = jest.fn();
    await serve(GET, async ({ socket }, response) => {
      await Promise.resolve();
      parser(socketOf(socket).parser?.constructor.name);
      detachSocket(response)?.end();
      parser(socketOf(socket).parser);
    });

    expect(parser.mock.calls).toEqual([['HTTPParser'], [null]]);
  });

  it('writes head and text of a response in one write: singleWriteResponse', async () => {
    const writes: jest.SpyInstance[] = [];
    await serve(
      GET,
      (_request, response) => response.writeHead(200, { 'content-length': 4 }).end('text'),
      (socket) => writes.push(jest.spyOn(socket, '_write'), jest.spyOn(socket, '_writev')),
    );

    expect(writes.map(({ mock }) => mock.calls.length)).toEqual([1, 0]);
  });

  it('passes the pieces of a body to `push`: gatherBody', async () => {
    const pieces: number[] = [];
    const chunks = '1\r\nx\r\n'.repeat(100);
    await serve(
      `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`,
      (request, response) => {
        request.on('data', (piece: Buffer) => pieces.push(piece.length)).on('end', () => response.end());
      },
    );

    expect(pieces).toEqual([100]);
  });
});

function socketOf(socket: Socket): { readonly parser?: object | null } {
  return socket as { readonly parser?: object | null };
}
