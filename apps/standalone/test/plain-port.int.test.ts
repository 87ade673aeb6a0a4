import { createService, parseSettings } from '@tetracast/service-kit';
import { freePort, openPlainWire } from '@tetracast/testing';
import type { FastifyInstance } from 'fastify';
import { once } from 'node:events';
import { createServer } from 'node:net';
import WebSocket from 'ws';
import { plainPortPlugin } from '../src/plain-port.plugin';
import { plugins } from '../src/services';

interface Started extends AsyncDisposable {
  readonly app: FastifyInstance;
  readonly url: string;
  /** What was said at the start, at `warn`. */
  readonly warnings: readonly string[];
}

async function start(env: Readonly<Record<string, string>>): Promise<Started> {
  const warnings: string[] = [];
  const watch = async (app: FastifyInstance): Promise<void> => {
    app.log.warn = (text: unknown) => void warnings.push(String(text));
  };
  const settings = parseSettings({ PORT: '0', ...env });
  const app = await createService(
    settings,
    [...plugins, Object.assign(watch, { [Symbol.for('skip-override')]: true }), plainPortPlugin],
    {
      logger: false,
    },
  );
  const url = await app.listen({ host: settings.host, port: settings.port });
  return { app, url, warnings, [Symbol.asyncDispose]: () => app.close() };
}

describe('standalone', () => {
  it('serves the code of any tutorial on its second port, and hands it to every transport', async () => {
    const port = await freePort();
    await using standalone = await start({ PLAIN_PORT: String(port) });
    const ws = new WebSocket(`ws://localhost:${port}`);
    const received: string[] = [];
    ws.onmessage = ({ data }) => received.push(String(data));
    ws.onopen = () => ws.send('hello');
    const poll = await fetch(`${standalone.url}/polling?channel=lab&after=earliest&wait=25`);

    expect(await poll.json()).toMatchObject({ messages: [{ channel: 'lab', event: 'message', data: 'hello' }] });
    while (received.length === 0) await once(ws, 'message');
    expect(received).toEqual(['hello']);
    ws.close();
    await once(ws, 'close');
  });

  it('serves everything else there as well, and / on its first port to no WebSocket', async () => {
    const port = await freePort();
    await using standalone = await start({ PLAIN_PORT: String(port) });

    expect((await fetch(`http://127.0.0.1:${port}/polling?channel=lab`)).status).toBe(200);
    await expect(openPlainWire(standalone.url)).rejects.toThrow(/Unexpected server response/);
  });

  it('closes with 1001 there, too, and waits for it', async () => {
    const port = await freePort();
    const { app } = await start({ PLAIN_PORT: String(port), DRAIN_TIMEOUT: '30s' });
    await fetch(`http://127.0.0.1:${port}/healthz`); // leaves an idle connection
    await using wire = await openPlainWire(`http://127.0.0.1:${port}`);

    await app.close();

    expect(await wire.closed).toMatchObject({ code: 1001 });
    await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
  });

  it('starts all the same when another program has the port, and says so in one line', async () => {
    const port = await freePort();
    const taker = createServer().listen(port, '127.0.0.1');
    await once(taker, 'listening');
    await using standalone = await start({ PLAIN_PORT: String(port) });

    expect((await fetch(`${standalone.url}/healthz`)).status).toBe(200);
    expect(standalone.warnings).toEqual([
      `no plain WebSocket, listen EADDRINUSE: address already in use 127.0.0.1:${port}: stop the other program, or set PLAIN_PORT to another port or to off`,
    ]);
    taker.close();
  });

  it('has one port with PLAIN_PORT=off', async () => {
    await using standalone = await start({ PLAIN_PORT: 'off' });

    await expect(openPlainWire(standalone.url)).rejects.toThrow(/Unexpected server response/);
  });

  it('serves both on one port that is PORT and PLAIN_PORT', async () => {
    const port = await freePort();
    await using standalone = await start({ PORT: String(port), PLAIN_PORT: String(port) });
    await using wire = await openPlainWire(standalone.url);
    wire.send('hello');

    expect(await wire.next()).toBe('hello');
    expect((await fetch(standalone.url)).headers.get('content-type')).toMatch(/^text\/html/);
    expect(standalone.warnings).toEqual([]);
  });
});
