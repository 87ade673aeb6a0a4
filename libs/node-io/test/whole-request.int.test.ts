import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { WholeRequest } from '../src/http/whole-request';

/** Sends a body in chunks, or whole, and resolves with the sizes of the pieces in which it arrived and whether it was the same. */
async function send(chunks: readonly string[], isChunked = true): Promise<{ sizes: number[]; isSame: boolean }> {
  const server = createServer({ IncomingMessage: WholeRequest }, (request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const isSame = Buffer.concat(pieces).toString() === chunks.join('');
      response.end(JSON.stringify({ sizes: pieces.map(({ length }) => length), isSame }));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const length = isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${chunks.join('').length}`;
  client.write(`POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${length}\r\n\r\n`);
  for (const chunk of chunks) client.write(isChunked ? `${chunk.length.toString(16)}\r\n${chunk}\r\n` : chunk);
  if (isChunked) client.write('0\r\n\r\n');
  const answer = await text(client);
  await once(server.close(), 'close');
  return JSON.parse(
    answer
      .slice(answer.indexOf('\r\n\r\n'))
      .replace(/^\s*[\da-f]*\s*/, '')
      .replace(/\s0\s*$/, ''),
  ) as { sizes: number[]; isSame: boolean };
}

describe('a body', () => {
  it('in chunks of one byte is handed on in few pieces', async () => {
    const { sizes, isSame } = await send(Array.from({ length: 10_000 }, (_, i) => String(i % 10)));

    expect(isSame).toBe(true);
    expect(sizes).toEqual([4095, 1, 4095, 1, 1808]);
  });

  it.each([
    ['of one small piece', ['x'], [1]],
    ['of several', ['a', 'bc', 'def'], [6]],
    ['of large ones', ['a'.repeat(5000), 'b'.repeat(5000)], [5000, 5000]],
    ['of small and large ones', ['a', 'b'.repeat(5000), 'c'], [1, 5000, 1]],
    ['without anything', [], []],
  ])('%s arrives as it was sent', async (_, chunks, sizes) => {
    expect(await send(chunks)).toEqual({ sizes, isSame: true });
  });

  it('with a length arrives whole', async () => {
    expect(await send(['abc'], false)).toEqual({ sizes: [3], isSame: true });
  });
});

it.each([
  ['a letter of Latin-1', [Buffer.from('a\xe9b', 'latin1')], 'invalid'],
  ['half of a letter at its end', [Buffer.from('\u{1f600}').subarray(0, 3)], 'invalid'],
  [
    'a letter that comes in two pieces',
    [Buffer.from('\u{1f600}').subarray(0, 2), Buffer.from('\u{1f600}').subarray(2)],
    'end',
  ],
  ['U+FFFD itself', [Buffer.from('\ufffd')], 'end'],
])('requires UTF-8: %s', async (_name, pieces, outcome) => {
  const server = createServer({ IncomingMessage: WholeRequest }, (request, response) => {
    request.requireUtf8(() => response.end('invalid'));
    request.setEncoding('utf8').on('data', () => undefined);
    request.on('end', () => response.end('end'));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.write('POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n');
  for (const piece of pieces) {
    client.write(`${piece.length.toString(16)}\r\n`);
    client.write(piece);
    client.write('\r\n');
  }
  client.write('0\r\n\r\n');

  expect(await text(client)).toContain(outcome);
  await once(server.close(), 'close');
});
