import { createService, parseSettings } from '@tetracast/service-kit';
import { startService } from '@tetracast/service-kit/testing';
import { openPlainWire } from '@tetracast/testing';
import { once } from 'node:events';
import { connect } from 'node:net';
import WebSocket from 'ws';
import { rootPathPlugin } from '../src/root-path';
import { websocketPlugin } from '../src/websocket.plugin';

const start = (env = {}) => startService([websocketPlugin, rootPathPlugin], env);
const SECRET = 'a secret of at least thirty-two bytes';

describe('the own port', () => {
  it('serves the code of any tutorial, on the channel lab', async () => {
    await using service = await start();
    const address = service.url.replace('http', 'ws');
    const ws = new WebSocket(address);
    ws.onopen = () => ws.send('hello');
    const [echoed] = (await once(ws, 'message')) as [Buffer];
    await using named = await openPlainWire(`${service.url}/ws?channel=lab&format=data&after=earliest`);

    expect(String(echoed)).toBe('hello');
    expect(await named.next()).toBe('hello');
    ws.close();
    expect((await once(ws, 'close'))[0]).toBe(1005);
  });

  it.each([
    ['/?', 'lab'],
    ['/?client=a', 'lab'],
    ['/?channel=other', 'other'],
    ['/?channel[]=other&format=data', 'other'],
  ])('reads the rest from the query, as %s', async (path, channel) => {
    await using service = await start();
    await using wire = await openPlainWire(service.url + path);
    await service.tetracast.hub.publish({ channel, event: 'message', data: '"there"', echo: true });

    expect(await wire.next()).toBe('there');
  });

  it.each([
    ['another format', '/?format=xml', 4000],
    ['two channels', '/?channel=a,b', 4000],
    ['no name', '/?channel=', 4000],
  ])('refuses %s', async (_, path, code) => {
    await using service = await start();
    await using wire = await openPlainWire(service.url + path);

    expect(await wire.closed).toMatchObject({ code });
  });

  it('has no channel of its own where tokens are needed', async () => {
    await using service = await start({ AUTH_SECRET: SECRET, PUBLIC_SUBSCRIBE: '*' });
    await using none = await openPlainWire(service.url);
    await using named = await openPlainWire(`${service.url}/?channel=lab&after=earliest`);
    named.send('x');

    expect(await none.closed).toEqual({ code: 4000, reason: '"channel" is missing: add ?channel=<name>' });
    expect(await named.closed).toMatchObject({ code: 4001 });
  });

  it.each(['GET / HTTP/1.1\r\nHost: localhost', 'GET http://localhost/?a HTTP/1.1\r\nHost: other'])(
    'takes the handshake %j',
    async (head) => {
      await using service = await start();
      const client = connect({ port: Number(new URL(service.url).port), host: '127.0.0.1' });
      const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13';
      client.write(`${head}\r\n${upgrade}\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`);
      const [answer] = (await once(client, 'data')) as [Buffer];

      expect(String(answer)).toMatch(/^HTTP\/1.1 101 /);
      client.destroy();
    },
  );

  it('refuses pages of another origin', async () => {
    await using service = await start();
    const refused = openPlainWire(service.url, { headers: { origin: 'https://elsewhere.example' } });

    await expect(refused).rejects.toThrow('403');
  });

  it('says to a browser that opens it what is wanted', async () => {
    await using service = await start();
    const answer = await fetch(service.url);

    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      code: 'invalid_request',
      detail: expect.stringMatching(/upgrade/) as string,
    });
  });
});

it('without the plugin / is nothing', async () => {
  const app = await createService(parseSettings({ PORT: '0' }), [websocketPlugin], { logger: false });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });

  await expect(openPlainWire(url)).rejects.toThrow('404');
  await app.close();
});
