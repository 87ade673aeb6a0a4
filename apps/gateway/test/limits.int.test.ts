import type { NginxServer } from '@tetracast/testing';
import { once } from 'node:events';
import type { IncomingMessage, RequestListener } from 'node:http';
import { connect } from 'node:net';
import { arrival } from './arrival';
import { ask, openStream, startGateway } from './gateway-server';
import { expectProblem } from './problem-answer';
import { startUpstream } from './upstream';

const CONNECTIONS = 3;

const keepStreamOpen: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
};

function openStreams(gateway: NginxServer, count: number): Promise<IncomingMessage[]> {
  return Promise.all(Array.from({ length: count }, () => openStream(gateway.port, '/sse?channel=a')));
}

describe('the connections of one address', () => {
  it('are served up to the limit, and beyond it turned away as each client survives it', async () => {
    await using sse = await startUpstream({ answer: keepStreamOpen });
    await using polling = await startUpstream();
    await using gateway = await startGateway({
      MAX_CONNECTIONS_PER_IP: String(CONNECTIONS),
      UPSTREAM_SSE: sse.address,
      UPSTREAM_POLLING: polling.address,
    });
    const streams = await openStreams(gateway, CONNECTIONS - 1);
    expect(await ask(gateway.port, '/polling')).toMatchObject({ status: 200 });

    streams.push(...(await openStreams(gateway, 1)));
    expect(sse.seen).toHaveLength(CONNECTIONS);
    const refused = await ask(gateway.port, '/polling', { headers: { origin: 'http://page.example' } });
    expectProblem(refused, 'overloaded');
    expect(refused.headers).toMatchObject({ 'retry-after': '2', 'access-control-allow-origin': 'http://page.example' });
    expect(await ask(gateway.port, '/sse')).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      body: expect.stringMatching(/^retry: \d{4}\n\n$/) as string,
    });
    expect(await ask(gateway.port, '/healthz')).toMatchObject({ status: 200 });
    expect(polling.seen).toHaveLength(1);
    for (const stream of streams) stream.destroy();
  });

  it('are free again when they have ended', async () => {
    const gone: Promise<unknown>[] = [];
    await using sse = await startUpstream({
      answer: (request, response) => {
        gone.push(once(response, 'close'));
        keepStreamOpen(request, response);
      },
    });
    await using gateway = await startGateway({ MAX_CONNECTIONS_PER_IP: '1', UPSTREAM_SSE: sse.address });
    const [stream] = await openStreams(gateway, 1);
    expect((await ask(gateway.port, '/sse')).body).toMatch(/^retry: /);
    stream?.destroy();
    await Promise.all(gone);
    const [next] = await openStreams(gateway, 1);
    expect(sse.seen).toHaveLength(2);
    next?.destroy();
  });
});

describe('a client that is too slow', () => {
  it.each([
    ['with its head', 'GET /polling HTTP/1.1\r\nHost: a\r\nX-Slow: '],
    ['with its body', 'POST /polling HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf'],
  ])('%s is cut', async (_what, beginning) => {
    await using polling = await startUpstream();
    await using gateway = await startGateway({ CLIENT_TIMEOUT: '100ms', UPSTREAM_POLLING: polling.address });
    await cutAfter(gateway, beginning);
    expect(polling.seen).toEqual([]);
  });

  it('is none while it listens', async () => {
    await using sse = await startUpstream({ answer: keepStreamOpen });
    await using gateway = await startGateway({ CLIENT_TIMEOUT: '2s', UPSTREAM_SSE: sse.address });
    const [listening] = await openStreams(gateway, 1);
    const cut = arrival(listening!, 'close').then(() => 'cut');
    // Meanwhile the time of another is over.
    const slow = cutAfter(gateway, 'GET /sse HTTP/1.1\r\n').then(() => 'the slow one is cut');
    expect(await Promise.race([cut, slow])).toBe('the slow one is cut');
    listening?.destroy();
    await cut;
  });
});

/** Resolves when the connection on which that came is closed, or reset. */
async function cutAfter(gateway: NginxServer, beginning: string): Promise<void> {
  const socket = connect(gateway.port, '127.0.0.1');
  const cut = new Promise<void>((resolve) => {
    socket.on('error', () => undefined).once('close', () => resolve());
  });
  socket.resume().write(beginning);
  await cut;
}
