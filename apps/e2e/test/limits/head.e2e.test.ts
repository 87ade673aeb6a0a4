import { streamDrivers } from '@tetracast/testing';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { type Standalone, startStandalone } from '../access/start-standalone';

const MAX = 2048;

type Headers = Readonly<Record<string, string>>;

const UPGRADE: Headers = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
};

type Row = [name: string, requestLine: string, headers: Headers, status: number];

const REQUESTS: readonly Row[] = [
  ['a poll', 'GET /polling?channel=a', {}, 200],
  ['an event stream', 'GET /sse?channel=a', {}, 200],
  ...streamDrivers.map(({ path }): Row => [`GET ${path}`, `GET ${path}?channel=a`, {}, 200]),
  ['a publication', 'POST /sse', { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': '16' }, 201],
  ['a WebSocket', 'GET /ws?channel=a', UPGRADE, 101],
  ['Socket.IO by polling', 'GET /socket.io/?EIO=4&transport=polling', {}, 200],
  ['Socket.IO', 'GET /socket.io/?EIO=4&transport=websocket', UPGRADE, 101],
];

/** What the server counts: the target, and the names and values of the headers. */
function countOf(target: string, headers: Headers): number {
  return Object.entries(headers).reduce((sum, [name, value]) => sum + name.length + value.length, target.length);
}

/** A head of so many bytes, filled up in a header or in the URL. */
function headOf(requestLine: string, headers: Headers, bytes: number, where: string): string {
  const [method = '', target = ''] = requestLine.split(' ');
  const all: Headers = { Host: 'localhost', 'X-More': '', ...headers };
  const mark = target.includes('?') ? '&' : '?';
  const rest = bytes - countOf(`${target}${mark}`, all);
  const lines = Object.entries({ ...all, 'X-More': where === 'a header' ? 'x'.repeat(rest) : '' });
  const url = `${target}${mark}${where === 'the URL' ? 'x'.repeat(rest) : ''}`;
  return `${method} ${url} HTTP/1.1\r\n${lines.map((header) => header.join(': ')).join('\r\n')}\r\n\r\n`;
}

let service: Standalone;

beforeAll(async () => {
  service = await startStandalone({}, { maxHeaderBytes: MAX });
});

afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

function send(bytes: string): Socket {
  const { hostname, port } = new URL(service.url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.write(bytes);
  return socket;
}

describe.each(['the URL', 'a header'])('with most bytes in %s', (where) => {
  it.each(REQUESTS)(
    '%s has maxHeaderBytes, and with one more is refused',
    async (_name, requestLine, headers, status) => {
      const body = requestLine.startsWith('POST') ? 'channel=a&data=x' : '';
      const socket = send(headOf(requestLine, headers, MAX, where) + body);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      socket.destroy();
      expect(answer.toString()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));

      const refused = await text(send(headOf(requestLine, headers, MAX + 1, where) + body));
      expect(refused).toMatch(/^HTTP\/1\.1 431 /);
      expect(refused).toContain('"code":"invalid_request"');
    },
  );
});
