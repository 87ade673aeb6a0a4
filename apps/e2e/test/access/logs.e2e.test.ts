import { openWebSocketWire, type ServiceProcess } from '@tetracast/testing';
import { connect } from 'node:net';
import { startService } from '../system';
import { attempt } from './attempts/attempt';
import { CARRIERS } from './attempts/carriers';
import { requestTicket } from './attempts/http-attempt';
import { ACCESS_ENV, mint, nowS, SECRET } from './tokens';

const PASSWORD = 'the-password-of-redis';

const start = (env: Record<string, string>): Promise<ServiceProcess> =>
  startService('standalone', { ...ACCESS_ENV, LOG_LEVEL: 'trace', ...env }, { readyPath: '/healthz' });

/** Sends these bytes as they are, and reads to the end. */
async function sendRaw(url: string, bytes: string): Promise<void> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  // Not `once` of node:events, which rejects for a connection that is reset.
  const closed = new Promise((resolve) => socket.on('error', () => undefined).once('close', resolve));
  socket.resume().end(bytes);
  await closed;
}

/** Everything that can go wrong with a token, or with a request that carries one. */
async function provoke(url: string, token: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  const paths = [
    ...['/%zz', '/nothing', '/sse', '/sse?channel=**', '/polling?channel=', '/polling?channel=news&wait=x', '/healthz'],
    ...['/ws?channel=news', '/socket.io/?EIO=3', '/socket.io/?EIO=4&transport=polling&j=1', '/metrics', '/readyz'],
    ...['/socket.io/?EIO=4&transport=polling&sid=none', `/sse?channel=news&ticket=${token}`, '/sse?token=x'],
  ];
  for (const path of paths) {
    const target = `${url}${path}${path.includes('?') ? '&' : '?'}token=${token}`;
    for (const method of ['GET', 'POST', 'HEAD', 'PUT', 'OPTIONS']) {
      const stop = new AbortController();
      const answer = await fetch(target, { method, headers, signal: stop.signal });
      stop.abort();
      expect(answer.status).toBeGreaterThanOrEqual(200);
    }
  }
  const json = { ...headers, 'content-type': 'application/json' };
  for (const path of ['/polling', '/sse', '/revocations', '/connections/x/token', '/socket.io/?EIO=4']) {
    await fetch(url + path, { method: 'POST', headers: json, body: `{"token":"${token}"` });
    await fetch(url + path, { method: 'POST', headers: { ...json, origin: 'https://stranger.example' }, body: '{}' });
  }
  for (const origin of ['null', 'https://stranger.example']) {
    const refused = openWebSocketWire(`${url}/ws?channel=news&token=${token}`, { headers: { ...headers, origin } });
    await expect(refused).rejects.toThrow('403');
  }
  await sendRaw(url, `GET /sse?token=${token} HTTP/9.9\r\n\r\n`);
  await sendRaw(url, `GET /sse?token=${token} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\nX\r\n\r\n`);
  await sendRaw(url, `GET http://x/polling?channel=a&token=${token} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  await sendRaw(url, `GET /polling?token=${token}${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`);
  const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n';
  const key = 'Sec-WebSocket-Key: none\r\n';
  await sendRaw(url, `GET /ws?token=${token} HTTP/1.1\r\nHost: x\r\n${upgrade}${key}\r\n`);
  await sendRaw(url, `GET /other?token=${token} HTTP/1.1\r\nHost: x\r\n${upgrade}${key}\r\n`);
  await using wire = await openWebSocketWire(`${url}/ws?channel=news`);
  for (const frame of [`{"type":"auth","token":"${token}"`, { type: 'auth', token: [token] }, { type: token }]) {
    wire.send(frame);
    await wire.next();
  }
}

const partsOf = (token: string): string[] => token.split('.').slice(1);

/** Only the end of the output is kept: its first line shows that nothing is missing. */
function expectWhole(output: string): void {
  expect(output).toContain('access by token');
  expect(output).toContain('request completed');
}

describe('no log line contains a token, a ticket or a secret', () => {
  it.each([
    ['that is valid', () => mint()],
    ['that has expired', () => mint({ exp: nowS() - 1 })],
    ['that is made up', () => Promise.resolve('ZZmadeZZ.ZZupZZ.ZZbySomebodyZZ')],
  ])('whatever goes wrong with one %s', async (_, make) => {
    await using service = await start({});
    const token = await make();
    for (const { transports, carry } of CARRIERS) {
      for (const transport of transports) {
        await attempt(service.url, transport, carry(token), { kind: 'publish', channel: 'news', data: 'x' });
      }
    }
    await provoke(service.url, token);
    await service.stop();

    expectWhole(service.output());
    for (const secret of [SECRET, ...partsOf(token)]) expect(service.output()).not.toContain(secret);
  });

  it('whatever goes wrong with a ticket', async () => {
    await using service = await start({});
    const { ticket } = (await (await requestTicket(service.url, await mint(), 'news')).json()) as { ticket: string };
    for (const path of ['/sse?channel=other', '/sse?channel=**', '/polling?channel=news', '/%zz?x', '/nothing?x']) {
      expect((await fetch(`${service.url}${path}&ticket=${ticket}`)).ok).toBe(false);
    }
    await service.stop();

    expectWhole(service.output());
    expect(service.output()).not.toContain(ticket);
  });

  it('whatever goes wrong with an API key, and names the key', async () => {
    const key = 'ZZan-API-key-that-no-log-line-may-containZZ';
    await using service = await start({ API_KEYS: `shop=${key}/publish+delete/news` });
    for (const authorization of [`Bearer ${key}`, `Bearer ${key}x`, `Basic ${key}`, `Bearer ${key}.a.b`]) {
      for (const [method, path, body] of [
        ['POST', '/api/publish', '{"channel":"news","data":1}'],
        ['POST', `/api/publish?token=${key}`, '{"channel":"other","data":1}'],
        ['POST', '/api/batch', `{"${key}`],
        ['DELETE', '/api/channels/news'],
        ['DELETE', `/api/channels/%zz${key}`],
        ['GET', '/api/nothing'],
      ] as const) {
        const headers = { authorization, ...(body !== undefined && { 'content-type': 'application/json' }) };
        await fetch(service.url + path, { method, headers, ...(body !== undefined && { body }) });
      }
    }
    await service.stop();

    expectWhole(service.output());
    expect(service.output()).toContain('"caller":"key shop"');
    expect(service.output()).toContain('"call":"DELETE /api/channels/{channel}"');
    expect(service.output()).not.toContain(key.slice(2, 30));
  });

  it('while the message log is unreachable', async () => {
    await using service = await start({ BUS_URL: `redis://:${PASSWORD}@127.0.0.1:1` });
    const token = await mint();
    await provoke(service.url, token);
    await service.stop();

    const log = service.output();
    expect(log).toContain('the server cannot read the revocations');
    for (const secret of [SECRET, PASSWORD, ...partsOf(token)]) expect(log).not.toContain(secret);
  });
});
