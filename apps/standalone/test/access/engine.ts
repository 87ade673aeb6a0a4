import { Inbox } from '@tetracast/testing';
import { once } from 'node:events';
import WebSocket from 'ws';
import type { Carried } from './carriers';
import { address } from './http-attempt';

/** An Engine.IO connection, packet by packet. */
export interface Engine {
  /** {@link CLOSED} when there is nothing more to come. */
  next(): Promise<string>;
  send(packet: string): Promise<void>;
  close(): void;
}

/** The packet that ends a connection; also given for one that just ended. */
export const CLOSED = '1';

export async function openEngineOverWebSocket(url: string, carried: Carried): Promise<Engine> {
  const target = address(`${url}/socket.io/`, { EIO: '4', transport: 'websocket' }, carried);
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

export async function openEngineOverPolling(url: string, carried: Carried): Promise<Engine> {
  const { headers = {} } = carried;
  const base = address(`${url}/socket.io/`, { EIO: '4', transport: 'polling' }, carried);
  const handshake = await fetch(base, { headers });
  expect(handshake.status).toBe(200);
  const { sid } = JSON.parse((await handshake.text()).slice(1)) as { sid: string };
  const line = `${base}&sid=${sid}`;
  const unread: string[] = [];
  const post = async (body: string): Promise<void> => {
    await (await fetch(line, { method: 'POST', headers, body })).arrayBuffer();
  };
  return {
    next: async () => {
      if (unread.length === 0) {
        const answer = await fetch(line, { headers });
        const text = await answer.text();
        unread.push(...(answer.ok ? text.split('\x1e') : [CLOSED]));
      }
      return unread.shift() ?? '';
    },
    send: post,
    close: () => void post(CLOSED).catch(() => undefined),
  };
}
