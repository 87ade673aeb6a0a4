import { pollUntil } from '@tetracast/testing';
import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { WebSocket, WebSocketServer } from 'ws';
import { arrival } from './arrival';
import { openStream, startGateway } from './gateway-server';
import { startUpstream } from './upstream';

describe('SSE', () => {
  it.each([
    ['/sse?channel=a', 'UPSTREAM_SSE'],
    ['/relay/chat', 'UPSTREAM_API'],
  ])('%s: an event arrives while the response is open, each by itself', async (path, setting) => {
    const opened: ServerResponse[] = [];
    await using sse = await startUpstream({
      answer: (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
        opened.push(response);
      },
    });
    await using gateway = await startGateway({ [setting]: sse.address });

    const response = await openStream(gateway.port, path);
    expect(response.headers['content-type']).toBe('text/event-stream');
    for (const text of ['retry: 1\nid: e-0\n\n', 'data: 1\n\n', ':\n\n']) {
      const arrived = arrival(response, 'data');
      opened[0]?.write(text);
      expect(await arrived).toEqual([text]);
    }
    response.destroy();
  });

  it('the service learns that the client has gone', async () => {
    let gone: Promise<unknown> | undefined;
    await using sse = await startUpstream({
      answer: (_request, response) => {
        gone = arrival(response, 'close');
        response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      },
    });
    await using gateway = await startGateway({ UPSTREAM_SSE: sse.address });

    const response = await openStream(gateway.port, '/sse');
    response.destroy();
    await expect(gone).resolves.toBeDefined();
  });

  it('a body that ends with the connection passes as well', async () => {
    await using sse = await startUpstream({
      answer: (request) => {
        request.socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n');
      },
    });
    await using gateway = await startGateway({ UPSTREAM_SSE: sse.address });

    const response = await openStream(gateway.port, '/sse');
    expect(await arrival(response, 'data')).toEqual(['data: 1\n\n']);
    response.destroy();
  });

  it('headers that keep it from buffering a stream reach a proxy in front of it, too', async () => {
    const head = { 'cache-control': 'no-store, no-transform', 'x-accel-buffering': 'no' };
    await using sse = await startUpstream({
      answer: (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream', ...head }).flushHeaders();
      },
    });
    await using gateway = await startGateway({ UPSTREAM_SSE: sse.address });

    const response = await openStream(gateway.port, '/sse');
    expect(response.headers).toMatchObject(head);
    response.destroy();
  });
});

describe('WebSocket', () => {
  it.each([
    ['/ws?channel=a&token=t', 'UPSTREAM_WEBSOCKET'],
    ['/socket.io/?EIO=4&transport=websocket', 'UPSTREAM_SOCKETIO'],
  ])('%s is upgraded, both ways, with subprotocol and close code', async (path, setting) => {
    const server = new WebSocketServer({ noServer: true });
    await using upstream = await startUpstream({
      upgrade: (request, socket, head) => {
        server.handleUpgrade(request, socket, head, (line) => {
          line.on('message', (data) => line.send(`${request.url} ${(data as Buffer).toString()}`));
        });
      },
    });
    await using gateway = await startGateway({ [setting]: upstream.address });

    const client = new WebSocket(`ws://127.0.0.1:${gateway.port}${path}`, 'tetracast.v1');
    await arrival(client, 'open');
    expect(client.protocol).toBe('tetracast.v1');
    client.send('hello');
    const [echo] = (await arrival(client, 'message')) as [Buffer];
    expect(echo.toString()).toBe(`${path} hello`);
    for (const line of server.clients) line.close(4200, 'now');
    expect(await arrival(client, 'close')).toEqual([4200, Buffer.from('now')]);
  });
});

describe('a reload', () => {
  it('keeps open streams for a while', async () => {
    const opened: ServerResponse[] = [];
    await using sse = await startUpstream({
      answer: (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
        opened.push(response);
      },
    });
    await using gateway = await startGateway({ UPSTREAM_SSE: sse.address });

    const response = await openStream(gateway.port, '/sse');
    await gateway.reload();
    await workerShutsDown(gateway.pid);
    const arrived = arrival(response, 'data');
    opened[0]?.write('data: 1\n\n');
    expect(await arrived).toEqual(['data: 1\n\n']);
    response.destroy();
  });
});

/** Resolves when an old worker has heard that it is to go, as its title says. */
async function workerShutsDown(master: number): Promise<void> {
  const titles = async (): Promise<string[]> => {
    const workers = (await readFile(`/proc/${master}/task/${master}/children`, 'utf8')).trim().split(' ');
    return Promise.all(workers.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  };
  await pollUntil(titles, (seen) => seen.some((title) => title.includes('shutting down')));
}
