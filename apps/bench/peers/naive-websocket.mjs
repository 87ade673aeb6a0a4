/** The loop everybody writes first: a set of WebSockets, and `send` to each. A POST publishes. */
import { createServer } from 'node:http';

import { WebSocketServer } from 'ws';

import { readBody } from './read-body.mjs';

const http = createServer(async (request, response) => {
  if (request.method === 'GET') {
    response.end('ready');
    return;
  }
  const message = await readBody(request);
  for (const websocket of wss.clients) if (websocket.readyState === websocket.OPEN) websocket.send(message);
  response.writeHead(201, { 'Content-Length': 0 }).end();
});
const wss = new WebSocketServer({ server: http });
http.listen(Number(process.env.PORT), '127.0.0.1');
