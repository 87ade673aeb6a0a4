/**
 * The backend that Pushpin stands before: it has every request held as a stream or a WebSocket of the channel in its path
 * (GRIP), and hands what is posted to it on to Pushpin. Pushpin ends its control connection after each publish, which
 * the load generator does not follow.
 */
import { createServer, request as ask } from 'node:http';

import { readBody } from './read-body.mjs';

const { PORT, CONTROL_PORT } = process.env;
const CONTROL = { port: Number(CONTROL_PORT), path: '/publish/', method: 'POST', agent: false };

/** WebSocket-over-HTTP: an event is its name, the length in hex, and the content. */
const event = (name, content) => `${name} ${Buffer.byteLength(content).toString(16)}\r\n${content}\r\n`;

/** Both forms of a message: Pushpin sends each subscriber the one of its transport. */
const publish = (channel, text) =>
  new Promise((resolve, reject) => {
    const formats = { 'http-stream': { content: `data: ${text}\n\n` }, 'ws-message': { content: text } };
    const control = ask(CONTROL, (response) => response.resume().once('end', () => resolve(response.statusCode)));
    control.once('error', reject).end(JSON.stringify({ items: [{ channel, formats }] }));
  });

const http = createServer(async (request, response) => {
  const channel = new URL(request.url, 'http://origin').searchParams.get('channel');
  const body = await readBody(request);
  if (request.headers['content-type'] === 'application/websocket-events') {
    response.writeHead(200, {
      'Content-Type': 'application/websocket-events',
      'Sec-WebSocket-Extensions': 'grip; message-prefix=""',
    });
    const subscribe = `c:${JSON.stringify({ type: 'subscribe', channel })}`;
    // A connection that ends is reported, too.
    response.end(body.startsWith('OPEN') ? `OPEN\r\n${event('TEXT', subscribe)}${event('TEXT', 'subscribed')}` : '');
  } else if (request.method === 'POST') {
    response.writeHead(await publish(channel, body), { 'Content-Length': 0 }).end();
  } else if (channel === null) {
    response.end('ready');
  } else {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Grip-Hold': 'stream', 'Grip-Channel': channel });
    response.end(':\n\n');
  }
});
// Pushpin's client would take up a connection just as it is ended.
http.keepAliveTimeout = 0;
http.listen(Number(PORT), '127.0.0.1');
