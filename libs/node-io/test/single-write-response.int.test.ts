import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { SingleWriteResponse } from '../src/http/single-write-response';

const closings: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closings.splice(0)) await close();
});

/** Sends what is in `requests` at once; all that is answered until the server ends the connection. */
async function ask(answer: RequestListener, requests: string, opened?: (socket: Socket) => void): Promise<string> {
  const server = createServer({ ServerResponse: SingleWriteResponse }, answer);
  if (opened !== undefined) server.once('connection', opened);
  closings.push(() => once(server.close(), 'close'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(requests);
  return text(socket);
}

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
const last = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;

const bodiesIn = (answers: string): string[] =>
  answers
    .split(/HTTP\/1\.1 /)
    .slice(1)
    .map((answer) => answer.slice(answer.indexOf('\r\n\r\n') + 4));

const whole: RequestListener = ({ url = '' }, response) => {
  response.writeHead(200, { 'content-length': Buffer.byteLength(url) }).end(url);
};

test('head and text leave in one piece', async () => {
  let write: jest.SpyInstance | undefined;
  let writev: jest.SpyInstance | undefined;
  const answers = await ask(whole, last('/a'), (socket) => {
    write = jest.spyOn(socket, '_write');
    writev = jest.spyOn(socket, '_writev');
  });

  expect(bodiesIn(answers)).toEqual(['/a']);
  expect(write).toHaveBeenCalledTimes(1);
  expect(writev).not.toHaveBeenCalled();
});

test('requests that were sent at once are answered in their order', async () => {
  const later: RequestListener = (request, response) => {
    if (request.url === '/a') setImmediate(whole, request, response);
    else whole(request, response);
  };

  expect(bodiesIn(await ask(later, get('/a') + get('/b') + last('/c')))).toEqual(['/a', '/b', '/c']);
});

test('a text without a head of its own is given its length', async () => {
  const answers = await ask((_request, response) => response.end('text'), last('/'));

  expect(answers).toMatch(/^content-length: 4\r$/im);
  expect(bodiesIn(answers)).toEqual(['text']);
});

test('a text that the socket cannot take at once arrives whole, and ends its answer', async () => {
  const long = 'é'.repeat(4_000_000);
  let finished = 0;
  const answers = await ask(
    (_request, response) => {
      response.on('finish', () => finished++);
      response.writeHead(200, { 'content-length': Buffer.byteLength(long) }).end(long);
    },
    get('/') + last('/'),
  );

  expect(bodiesIn(answers).map((body) => body === long)).toEqual([true, true]);
  expect(finished).toBe(2);
});
