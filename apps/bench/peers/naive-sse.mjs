/** The loop everybody writes first: a set of responses, and `write` to each. A POST publishes. */
import { createServer } from 'node:http';

import { readBody } from './read-body.mjs';

const streams = new Set();
const http = createServer(async (request, response) => {
  if (request.method === 'GET' && request.url.startsWith('/sse')) {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    response.write(':\n\n');
    streams.add(response);
    response.on('close', () => streams.delete(response));
    return;
  }
  if (request.method === 'GET') {
    response.end('ready');
    return;
  }
  const message = await readBody(request);
  for (const stream of streams) stream.write(`data: ${message}\n\n`);
  response.writeHead(201, { 'Content-Length': 0 }).end();
});
http.listen(Number(process.env.PORT), '127.0.0.1');
