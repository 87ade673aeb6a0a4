/** Stock Socket.IO as its documentation shows it: one room for everyone; with `REDIS_URL` through its Redis adapter. */
import { createServer } from 'node:http';

import { createAdapter } from '@socket.io/redis-adapter';
import { Redis } from 'ioredis';
import { Server } from 'socket.io';

const { PORT, REDIS_URL } = process.env;
const http = createServer((_request, response) => response.end('ready'));
const io = new Server(http, { transports: ['websocket'], serveClient: false });
if (REDIS_URL !== undefined) io.adapter(createAdapter(new Redis(REDIS_URL), new Redis(REDIS_URL)));

io.on('connection', (socket) => {
  const { channel: joined } = socket.handshake.auth;
  if (joined !== undefined) socket.join(joined);
  socket.on('publish', ({ channel, data }, acknowledge) => {
    io.to(channel).emit('message', data);
    acknowledge({ ok: true });
  });
});
http.listen(Number(PORT), '127.0.0.1');
