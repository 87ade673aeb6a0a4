import type { ServerResponse } from 'node:http';
import { freePort, startNginx } from '@tetracast/testing';
import { WebSocket, WebSocketServer } from 'ws';
import { renderGatewayConfig } from '../src/render';
import { arrival } from './arrival';
import { ask, openStream } from './gateway-server';
import { expectProblem } from './problem-answer';
import { startUpstream } from './upstream';

/** Where the configuration listens; the test has free ports on loopback in their place. */
const PUBLISHED = { WEBSOCKET: 3601, SOCKETIO: 3602, SSE: 3603, POLLING: 3604, API: 3605, WEB: 3606 } as const;
const NAMES = ['WEBSOCKET', 'SOCKETIO', 'SSE', 'POLLING', 'API', 'WEB'] as const;
type Name = (typeof NAMES)[number];

interface Ports extends AsyncDisposable {
  readonly port: Record<Name | 'LISTEN', number>;
}

async function startPorts(upstreams: Partial<Record<Name, string>>): Promise<Ports> {
  const nobody = `127.0.0.1:${await freePort()}`;
  const port = { LISTEN: await freePort() } as Ports['port'];
  const settings: Record<string, string> = {};
  for (const name of NAMES) {
    port[name] = await freePort();
    settings[`UPSTREAM_${name}`] = upstreams[name] ?? nobody;
  }
  const nginx = await startNginx({
    port: port.LISTEN,
    conf: ({ accessLog }) =>
      NAMES.reduce(
        (conf, name) =>
          conf
            .replace(`listen ${PUBLISHED[name]};`, `listen 127.0.0.1:${port[name]};`)
            .replace(`    ${PUBLISHED[name]} `, `    ${port[name]} `),
        renderGatewayConfig({ ...settings, LISTEN: `127.0.0.1:${port.LISTEN}`, ACCESS_LOG: accessLog }, 'ports'),
      ),
  });
  return { port, [Symbol.asyncDispose]: () => nginx.close() };
}

describe('each service on a separate port', () => {
  it.each(NAMES)('%s gets every path, its own /metrics and /readyz too', async (name) => {
    await using service = await startUpstream({ name });
    await using ports = await startPorts({ [name]: service.address });
    for (const path of ['/healthz', '/readyz', '/metrics', '/sse', '/any//path?x=%20']) {
      expect(await ask(ports.port[name], path)).toMatchObject({ status: 200, body: name });
      expect(service.seen.at(-1)?.url).toBe(path);
    }
  });

  it('leaves limits to the service', async () => {
    await using polling = await startUpstream({ name: 'polling' });
    await using ports = await startPorts({ POLLING: polling.address });
    const big = { method: 'POST', body: 'x'.repeat(3_000_000) };
    expect(await ask(ports.port.POLLING, '/polling', big)).toMatchObject({ status: 200, body: 'polling' });
  });

  it('streams without a buffer, and asks a proxy in front for the same', async () => {
    const opened: ServerResponse[] = [];
    await using sse = await startUpstream({
      answer: (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' }).flushHeaders();
        opened.push(response);
      },
    });
    await using ports = await startPorts({ SSE: sse.address });
    const response = await openStream(ports.port.SSE, '/sse');
    expect(response.headers['x-accel-buffering']).toBe('no');
    const arrived = arrival(response, 'data');
    opened[0]?.write('data: 1\n\n');
    expect(await arrived).toEqual(['data: 1\n\n']);
    response.destroy();
  });

  it('upgrades to WebSocket', async () => {
    const server = new WebSocketServer({ noServer: true });
    await using websocket = await startUpstream({
      upgrade: (request, socket, head) => server.handleUpgrade(request, socket, head, (line) => line.send('welcome')),
    });
    await using ports = await startPorts({ WEBSOCKET: websocket.address });
    const client = new WebSocket(`ws://127.0.0.1:${ports.port.WEBSOCKET}/ws`);
    const [welcome] = (await arrival(client, 'message')) as [Buffer];
    expect(welcome.toString()).toBe('welcome');
    client.terminate();
    await arrival(client, 'close');
  });

  it('answers for a service that is down as the gateway does', async () => {
    await using ports = await startPorts({});
    expect(await ask(ports.port.SSE, '/sse')).toMatchObject({
      status: 200,
      body: expect.stringMatching(/^retry: /) as string,
    });
    expectProblem(await ask(ports.port.SSE, '/sse', { method: 'POST', body: '{}' }), 'unavailable');
    expectProblem(await ask(ports.port.POLLING, '/polling'), 'unavailable');
  });

  it('is alive by itself', async () => {
    await using ports = await startPorts({});
    expect(await ask(ports.port.LISTEN, '/healthz')).toMatchObject({ status: 200, body: '{"status":"ok"}' });
    expectProblem(await ask(ports.port.LISTEN, '/sse'), 'not_found');
  });
});
