import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { detachSocket } from '../src/http/detach-socket';

const REQUEST = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

interface Exchange extends AsyncDisposable {
  readonly client: Socket;
  readonly response: ServerResponse;
  /** URLs of the requests that the server received. */
  readonly requests: readonly string[];
}

/** A request whose answer is still open. */
async function exchange(bytes: string): Promise<Exchange> {
  const requests: string[] = [];
  const server: Server = createServer((request: IncomingMessage) => {
    requests.push(request.url ?? '');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1').setEncoding('utf8');
  client.on('error', () => undefined);
  client.write(bytes);
  const [, response] = (await once(server, 'request')) as [IncomingMessage, ServerResponse];
  return {
    client,
    response,
    requests,
    [Symbol.asyncDispose]: async () => {
      client.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function detach(response: ServerResponse): Socket {
  const socket = detachSocket(response);
  if (socket === undefined) throw new Error('there is no socket to detach');
  return socket;
}

const closeOf = (socket: Socket): Promise<void> => new Promise((resolve) => socket.once('close', () => resolve()));

describe('detachSocket', () => {
  it('leaves nothing of HTTP on the socket of this version of Node', async () => {
    await using open = await exchange(REQUEST);

    const socket = detach(open.response);

    expect(socket).toMatchObject({ parser: null, _httpMessage: null });
    for (const event of ['data', 'close', 'error', 'drain', 'timeout']) expect(socket.listenerCount(event)).toBe(0);
  });

  it('returns a socket on which bytes go out as they are', async () => {
    await using open = await exchange(REQUEST);

    detach(open.response).write('anything\n');

    expect(await once(open.client, 'data')).toEqual(['anything\n']);
  });

  it('drops what the client sends after its request', async () => {
    await using open = await exchange(REQUEST);
    const socket = detach(open.response);
    const received = once(socket, 'data');

    open.client.write(`GET /again HTTP/1.1\r\n\r\nthis is not HTTP`);
    await received;
    socket.write('still here\n');

    expect(await once(open.client, 'data')).toEqual(['still here\n']);
    expect(open.requests).toEqual(['/']);
  });

  it.each<[string, (client: Socket) => void]>([
    ['end', (client) => client.end()],
    ['reset', (client) => client.resetAndDestroy()],
  ])('emits "close" after the %s of the client', async (_, leave) => {
    await using open = await exchange(REQUEST);
    const socket = detach(open.response);
    socket.on('error', () => undefined);
    const closed = closeOf(socket);

    leave(open.client);
    await closed;

    expect(socket.destroyed).toBe(true);
  });

  it('detaches a socket only once', async () => {
    await using open = await exchange(REQUEST);

    expect(detachSocket(open.response)).toBeDefined();
    expect(detachSocket(open.response)).toBeUndefined();
  });

  it('detaches no socket whose client has closed it', async () => {
    await using open = await exchange(REQUEST);
    const closed = closeOf(open.response.req.socket);
    open.client.resetAndDestroy();
    await closed;

    expect(detachSocket(open.response)).toBeUndefined();
  });
});
