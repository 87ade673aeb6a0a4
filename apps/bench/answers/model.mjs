/**
 * A model that says `fake.words` words in the form of OpenAI, the first at once and `fake.wordsPerSecond` of them a second. It writes to
 * plain sockets, so that a thousand answers at the same time take a part of a core only.
 */
import { createServer } from 'node:net';

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
const TICK_MS = 1;

const chunk = (text) => Buffer.from(`${text.length.toString(16)}\r\n${text}\r\n`);
const event = (delta, reason = null) => {
  const choices = [{ index: 0, delta, finish_reason: reason }];
  const fields = { id: 'chatcmpl-0', object: 'chat.completion.chunk', created: 0, model: 'fake', choices };
  return `data: ${JSON.stringify(fields)}\n\n`;
};
const WORD = chunk(event({ content: ' word' }));
const LAST = Buffer.concat([WORD, chunk('data: [DONE]\n\n'), Buffer.from('0\r\n\r\n')]);

/** The answers in order of their next word, all at the same pace. */
const running = [];

function answer(socket, { words, wordsPerSecond }) {
  socket.write(HEAD);
  const one = { socket, left: words, periodMs: 1000 / wordsPerSecond, dueMs: performance.now() };
  if (say(one)) running.push(one);
}

/** Whether there are more words. */
function say(one) {
  one.left--;
  one.dueMs += one.periodMs;
  one.socket.write(one.left === 0 ? LAST : WORD);
  return one.left > 0;
}

setInterval(() => {
  const now = performance.now();
  let due = 0;
  while (due < running.length && running[due].dueMs <= now) due++;
  for (const one of running.splice(0, due)) if (!one.socket.destroyed && say(one)) running.push(one);
}, TICK_MS);

createServer((socket) => {
  let request = '';
  socket.setNoDelay(true);
  socket.on('error', () => undefined);
  socket.on('data', (bytes) => {
    request += bytes.toString('latin1');
    const end = request.indexOf('\r\n\r\n');
    if (end < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(request)?.[1] ?? 0);
    if (request.length < end + 4 + length) return;
    const body = request.slice(end + 4, end + 4 + length);
    request = request.slice(end + 4 + length);
    if (length === 0) socket.write(OK);
    else answer(socket, JSON.parse(body).fake);
  });
}).listen(Number(process.env.PORT), '127.0.0.1');
