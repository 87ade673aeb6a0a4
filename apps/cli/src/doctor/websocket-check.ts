import type { IncomingMessage } from 'node:http';
import WebSocket from 'ws';
import { type Check, type Examination } from './examination';
import type { Finding } from './findings';

export function openSocket({ url, token, channel, patienceMs, origin }: Examination): WebSocket {
  const protocols = ['tetracast.v1', ...(token === undefined ? [] : [`tetracast.token.${token}`])];
  const target = `${url.replace(/^http/, 'ws')}/ws?channel=${channel}`;
  return new WebSocket(target, protocols, { handshakeTimeout: patienceMs, headers: { origin } });
}

/** A WebSocket opens, and the server's first frame comes. */
export const checkWebSocket: Check = (examination) => {
  const check = 'WebSockets pass';
  return new Promise<Finding>((resolve) => {
    const socket = openSocket(examination);
    const end = (finding: Omit<Finding, 'check'>): void => {
      resolve({ check, ...finding });
      socket.terminate();
    };
    socket.on('message', () => end({ detail: 'the handshake and the first frame' }));
    socket.on('unexpected-response', (_request, response) => {
      void describeAnswer(response).then(end);
    });
    socket.on('error', (error) => end({ problem: 'websocket', detail: error.message }));
    socket.on('close', (code) => end({ problem: 'websocket', detail: `closed with ${code}` }));
  });
};

/** The server answers a request that has lost its `Upgrade` with a problem; a proxy that blocks it answers by itself. */
async function describeAnswer(response: IncomingMessage): Promise<Omit<Finding, 'check'>> {
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += String(chunk);
  const isServer = body.includes('urn:tetracast:');
  const detail = `the handshake was answered with ${response.statusCode ?? 0}${isServer ? ' by the server' : ''}`;
  return { problem: isServer ? 'upgrade' : 'websocket', detail };
}
