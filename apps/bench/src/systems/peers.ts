import type { LoadOptions } from '../load';
import type { System, Transport } from '../system';
import { peer, startNodeServer } from './node-server';

const POST: LoadOptions = { pub: 'http', pubpath: '/publish', body: '{data}' };

const ENGINE_PATH = '/socket.io/?EIO=4&transport=websocket';
const SOCKETIO: LoadOptions = {
  sub: 'ws',
  path: ENGINE_PATH,
  hello: '40{"channel":"{channel}"}',
  ready: '40{"sid',
  pub: 'wspub',
  pubpath: ENGINE_PATH,
  pubhello: '40',
  body: '42{n}["publish",{"channel":"{channel}","data":"{data}"}]',
  ack: '"ok":true',
};

const BAYEUX: LoadOptions = {
  sub: 'ws',
  path: '/faye',
  bayeux: 1,
  hello: '[{"channel":"/meta/handshake","version":"1.0","supportedConnectionTypes":["websocket"],"id":"1"}]',
  ready: '"/meta/subscribe"',
  pub: 'http',
  pubpath: '/faye',
  body: '{"channel":"/{channel}","data":"{data}"}',
};

export const stockSocketio = node('stock Socket.IO', 'Socket.IO', 'stock-socketio', SOCKETIO);
export const stockSocketioRedis = node(
  'stock Socket.IO with Redis',
  'Socket.IO',
  'stock-socketio',
  SOCKETIO,
  'REDIS_URL',
);
export const naiveWebsocket = node('naive ws loop', 'WebSocket', 'naive-websocket', {
  sub: 'ws',
  path: '/',
  ...POST,
});
export const naiveSse = node('naive SSE loop', 'SSE', 'naive-sse', {
  sub: 'stream',
  path: '/sse',
  ready: ':',
  ...POST,
});
export const faye = node('faye', 'WebSocket', 'faye', BAYEUX);

function node(name: string, transport: Transport, script: string, load: LoadOptions, redis?: string): System {
  return {
    name,
    transport,
    start: async () => {
      const file = peer(script);
      const server = await startNodeServer({ file, readyPath: '/', ...(redis === undefined ? {} : { redis }) });
      return { ...server, load: { ...load, port: server.port } };
    },
  };
}
