import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { type RunningService, startService } from './start-service';

/** The answer to an upgrade request by a client that leaves its own side of the connection open for ever. */
async function askToUpgrade(service: RunningService, path: string, more: readonly string[] = []): Promise<string> {
  const accepted = once(service.app.server, 'connection') as Promise<[Socket]>;
  const client = connect({ port: Number(new URL(service.url).port), host: '127.0.0.1', allowHalfOpen: true });
  client.write(
    [
      `GET ${path} HTTP/1.1`,
      ...(more.some((header) => header.startsWith('Host: ')) ? [] : [`Host: ${new URL(service.url).host}`]),
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      ...more,
      '\r\n',
    ].join('\r\n'),
  );
  const [socket] = await accepted;
  const [answer] = await Promise.all([text(client), once(socket, 'close')]);
  client.destroy();
  return answer;
}

describe('a refused handshake', () => {
  let service: RunningService;

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

  it('of another version is told the one that is spoken', async () => {
    const answer = await askToUpgrade(service, '/ws', ['Sec-WebSocket-Version: 12']);

    expect(answer).toMatch(/^sec-websocket-version: 13\r$/im);
  });
});
