import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { publishRoute } from '../../src/http/publish-route';
import { post } from '../ask';
import { startService, type TestService } from '../../src/testing';

/** What a client gets that sends this, and then no more. */
function sendAndWait(service: TestService, bytes: string): Promise<string> {
  return text(open(service, bytes));
}

function open({ url }: TestService, bytes: string): Socket {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port) });
  socket.write(bytes);
  return socket;
}

const HEAD = 'POST /news HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 50\r\n';

describe('a request that does not come to its end', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await startService(
      [publishRoute('/news')],
      { KEEP_ALIVE_TIMEOUT: '300ms' },
      { fixed: { headersTimeoutMs: 3000 } },
    );
  });

  afterAll(() => service[Symbol.asyncDispose]());

  it.each([
    ['nothing at all', ''],
    ['half a head', HEAD],
  ])('of which comes %s is answered 408, and its connection ends', async (_, sent) => {
    const answer = await sendAndWait(service, sent);

    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    expect(answer).toContain('"code":"invalid_request"');
  });

  it('of which comes half a body is answered 408, though its answer is awaited already', async () => {
    await using hasty = await startService(
      [publishRoute('/news')],
      {},
      { fixed: { headersTimeoutMs: 2000, requestTimeoutMs: 2000 } },
    );
    expect(await sendAndWait(hasty, `${HEAD}\r\n{"channel":`)).toMatch(/^HTTP\/1.1 408 [^]*"code":"invalid_request"/);
  });

  it('a byte at a time is answered 408 as well, while others are served', async () => {
    const socket = open(service, HEAD);
    const timer = setInterval(() => socket.write('X'), 20);
    try {
      const answer = text(socket);
      expect((await post(`${service.url}/news`, '{"channel":"a","data":1}')).status).toBe(201);
      expect(await answer).toMatch(/^HTTP\/1.1 408 /);
    } finally {
      clearInterval(timer);
    }
  });

  it('ends with its connection when nothing follows on it', async () => {
    const socket = open(service, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const [, answer] = await Promise.all([once(socket, 'close'), text(socket)]);
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
  });
});
