import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TestService } from '@tetracast/service-kit/testing';
import { startService } from './start-service';

/** The answer to an upgrade request by a client that leaves its own side of the connection open for ever. */
async function askToUpgrade(
  service: TestService,
  path: string,
  more: readonly string[] = [],
  version = '1.1',
): Promise<string> {
  const accepted = once(service.app.server, 'connection') as Promise<[Socket]>;
  const client = connect({ port: Number(new URL(service.url).port), host: '127.0.0.1', allowHalfOpen: true });
  client.write(
    [
      `GET ${path} HTTP/${version}`,
      ...(more.some((header) => header.startsWith('Host:')) ? [] : [`Host: ${new URL(service.url).host}`]),
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      ...more.filter((header) => header !== 'Host:none'),
      '\r\n',
    ].join('\r\n'),
  );
  const [socket] = await accepted;
  const [answer] = await Promise.all([text(client), once(socket, 'close')]);
  client.destroy();
  return answer;
}

describe('a refused handshake', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await startService();
  });

  afterAll(() => service[Symbol.asyncDispose]());

  it.each([
    ['from a page of a foreign origin', '/ws', ['Origin: https://elsewhere.example'], 403, 'forbidden_origin'],
    ['under a name that leads here by somebody else', '/ws', ['Host: rebound.example'], 403, 'forbidden_origin'],
    ['under a path where nothing is', '/nowhere', [], 404, 'not_found'],
    ['with a URL that cannot be read', '/%zz', [], 400, 'invalid_request'],
    ['with a key that is none', '/ws', ['Sec-WebSocket-Key: too-short'], 400, 'invalid_request'],
    ['of a version nobody speaks', '/ws', ['Sec-WebSocket-Version: 12'], 400, 'invalid_request'],
    ['without Host', '/ws', ['Host:none'], 400, 'invalid_request'],
    ['with two Host lines', '/ws', ['Host: localhost', 'Host: localhost'], 400, 'invalid_request'],
    ['with a path in Host', '/ws', ['Host: 127.0.0.1/a'], 400, 'invalid_request'],
    ['by a URL with a foreign name', 'http://rebound.example/ws', ['Host: localhost'], 403, 'forbidden_origin'],
  ])('%s has a problem for its answer, and its connection ends', async (_, path, more, status, code) => {
    const answer = await askToUpgrade(service, path, more);

    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toMatch(/^connection: close\r$/im);
    expect(answer).not.toMatch(/keep-alive/i);
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ status, code });
  });

  it('is none under a path that is served without WebSockets: what is there is the answer', async () => {
    const answer = await askToUpgrade(service, '/healthz');

    expect(answer).toMatch(/^HTTP\/1.1 200 /);
    expect(answer).toMatch(/^connection: close\r$/im);
  });

  it('in HTTP/1.0 is none: what is served under the path without it is the answer', async () => {
    expect(await askToUpgrade(service, '/ws', [], '1.0')).toMatch(/^HTTP\/1.1 400 [^]*use HTTP\/1\.1/);
    expect(await askToUpgrade(service, '/healthz', [], '1.0')).toMatch(/^HTTP\/1.1 200 /);
  });

  it('of another version gets the one that the server speaks', async () => {
    const answer = await askToUpgrade(service, '/ws', ['Sec-WebSocket-Version: 12']);

    expect(answer).toMatch(/^sec-websocket-version: 13\r$/im);
  });
});

describe('a handshake', () => {
  it.each([
    ['with a slash behind its path', '/ws/'],
    ['with a whole URL in its first line', 'http://localhost:1/ws'],
    ['with both', 'http://localhost:1/ws/?channel=a'],
  ])('%s is taken', async (_, target) => {
    await using service = await startService();
    const client = connect({ port: Number(new URL(service.url).port), host: '127.0.0.1' });
    const head = ['Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
    client.write(
      [`GET ${target} HTTP/1.1`, ...head, 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==', '\r\n'].join('\r\n'),
    );
    const [answer] = (await once(client, 'data')) as [Buffer];

    expect(String(answer)).toMatch(/^HTTP\/1.1 101 /);
    client.destroy();
  });
});
