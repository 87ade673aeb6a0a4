import type { FastifyPluginAsync } from 'fastify';
import { once } from 'node:events';
import { connect } from 'node:net';
import { startService, type TestService } from '../src/testing';
import { talk } from './talk';

const held: (() => void)[] = [];

const routes: FastifyPluginAsync = (app) => {
  app.post('/echo', async (request) => {
    await new Promise(setImmediate);
    return request.body;
  });
  app.get<{ Querystring: { n: string } }>('/held', async ({ query }) => {
    await new Promise<void>((resolve) => held.push(resolve));
    return { n: query.n };
  });
  return Promise.resolve();
};

let service: TestService;

beforeAll(async () => {
  service = await startService([routes], {}, { fixed: { requestTimeoutMs: 500, headersTimeoutMs: 500 } });
});

afterAll(() => service.close());

const get = (n: number): string => `GET /held?n=${n} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
const postHead = 'POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';

/** The statuses and bodies in what came. */
const answersIn = (text: string): string[] =>
  text
    .split('HTTP/1.1 ')
    .slice(1)
    .map((answer) => `${answer.slice(0, 3)} ${answer.split('\r\n\r\n')[1] ?? ''}`);

describe('what comes behind a whole request and is none', () => {
  it('is dropped: the request is answered, then the connection ends', async () => {
    const text = await talk(
      service.url,
      `${postHead}Connection: close\r\nContent-Length: 7\r\n\r\n{"a":1}\r\nand more`,
    );

    expect(answersIn(text)).toEqual(['200 {"a":1}']);
  });

  it.each([
    ['rubbish', '\0\0\0'],
    ['more rubbish than is read at once', `\0${'x'.repeat(500_000)}`],
    ['the head of a request that never ends', 'GET /held HTTP/1.1\r\nHost: localhost\r\n'],
    ['a request whose body is broken', `${postHead}Transfer-Encoding: chunked\r\n\r\nzz\r\n`],
  ])('takes no answer from the requests before it: %s', async (_, more) => {
    const asked = talk(service.url, get(1) + get(2) + more);
    while (held.length < 2) await new Promise(setImmediate);
    for (const answer of held.splice(0)) answer();
    const answers = answersIn(await asked);

    expect(answers.slice(0, 2)).toEqual(['200 {"n":"1"}', '200 {"n":"2"}']);
  });
});

describe('a request that breaks while it is read', () => {
  it('gets the error, though its answer was awaited already', async () => {
    const [answer] = answersIn(await talk(service.url, `${postHead}Transfer-Encoding: chunked\r\n\r\nzz\r\n`));

    expect(answer).toMatch(/^400 .*invalid_request/);
  });

  it('gets the answer that it is late', async () => {
    const [answer] = answersIn(await talk(service.url, `${postHead}Content-Length: 9\r\n\r\n{`));

    expect(answer).toMatch(/^408 .*invalid_request/);
  });

  it('does not keep its connection, however long the client leaves it open and sends more', async () => {
    const { hostname, port } = new URL(service.url);
    const client = connect({ host: hostname, port: Number(port), allowHalfOpen: true }).on('error', () => undefined);
    client.write('\0\0\0\r\n\r\n');
    client.resume();
    await once(client, 'end');
    // Not `once` of node:events, which rejects for a connection that is reset.
    const cut = new Promise((resolve) => client.once('close', resolve));
    while (client.writable) {
      client.write('more');
      await new Promise(setImmediate);
    }
    await cut;

    expect(client.destroyed).toBe(true);
  });
});
