import { Inbox } from '@tetracast/testing';
import { once } from 'node:events';
import WebSocket from 'ws';
import type { Carried } from './carriers';
import { urlWith } from './http-attempt';

/** An Engine.IO connection, packet by packet. */
export interface EngineConnection {
  /** {@link CLOSED} when the connection has ended. */
  next(): Promise<string>;
  send(packet: string): Promise<void>;
  close(): void;
}

/** The packet that ends a connection; also returned for a connection that ended without one. */
export const CLOSED = '1';

export async function openEngineOverWebSocket(url: string, carried: Carried): Promise<EngineConnection> {
  const target = urlWith(`${url}/socket.io/`, { EIO: '4', transport: 'websocket' }, carried);
  const socket = new WebSocket(target.replace(/^http/, 'ws'), { headers: carried.headers ?? {} });
  const packets = new Inbox<string>('packets');
  socket.on('message', (data: Buffer) => packets.push(data.toString()));
  socket.on('close', () => packets.push(CLOSED));
  await once(socket, 'open');
  return {
    next: () => packets.one(),
    send: async (packet) => socket.send(packet),
    close: () => socket.terminate(),
  };
}

export async function openEngineOverPolling(url: string, carried: Carried): Promise<EngineConnection> {
  const { headers = {} } = carried;
  const base = urlWith(`${url}/socket.io/`, { EIO: '4', transport: 'polling' }, carried);
  const handshake = await fetch(base, { headers });
  expect(handshake.status).toBe(200);
  const { sid } = JSON.parse((await handshake.text()).slice(1)) as { sid: string };
  const session = `${base}&sid=${sid}`;
  const unread: string[] = [];
  const post = async (body: string): Promise<void> => {
    await (await fetch(session, { method: 'POST', headers, body })).arrayBuffer();
  };
  return {
    next: async () => {
      if (unread.length === 0) {
        const response = await fetch(session, { headers });
        const text = await response.text();
        unread.push(...(response.ok ? text.split('\x1e') : [CLOSED]));
      }
      return unread.shift() ?? '';
    },
    send: post,
    close: () => void post(CLOSED).catch(() => undefined),
  };
}
