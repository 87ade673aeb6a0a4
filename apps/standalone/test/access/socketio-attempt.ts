import { Inbox } from '@tetracast/testing';
import { once } from 'node:events';
import WebSocket from 'ws';
import type { Act, Outcome } from './attempt';
import type { Carried } from './carriers';
import { address } from './http-attempt';

/** An Engine.IO connection, packet by packet. */
interface Engine {
  next(): Promise<string>;
  send(packet: string): Promise<void>;
  close(): void;
}

/** Connects to the main namespace, and goes on until a message, an acknowledgement or an error has come. */
export async function attemptOverSocketio(engine: Engine, { auth = {} }: Carried, act: Act): Promise<Outcome> {
  const wanted = act.kind === 'subscribe' ? { channels: act.channel, after: act.after } : {};
  let bytes = '';
  const next = async (): Promise<string> => {
    const packet = await engine.next();
    bytes += packet;
    return packet;
  };
  await engine.send(`40${JSON.stringify({ ...wanted, ...auth })}`);
  try {
    for (;;) {
      const packet = await next();
      if (packet.startsWith('44')) return { code: codeIn(packet.slice(2)), bytes };
      if (packet.startsWith('430')) return { code: answerIn(packet.slice(3)), bytes };
      if (packet.startsWith('42["message"')) return { code: 'ok', bytes };
      if (packet.startsWith('40') && act.kind === 'publish') {
        await engine.send(`420${JSON.stringify(['publish', { channel: act.channel, data: act.data }])}`);
      }
    }
  } finally {
    engine.close();
  }
}

const codeIn = (text: string): string => (JSON.parse(text) as { data: { code: string } }).data.code;

function answerIn(text: string): string {
  const [answer] = JSON.parse(text) as [{ ok: boolean; error?: { code: string } }];
  return answer.ok ? 'ok' : String(answer.error?.code);
}

export async function openEngineOverWebSocket(url: string, carried: Carried): Promise<Engine> {
  const target = address(`${url}/socket.io/`, { EIO: '4', transport: 'websocket' }, carried);
  const socket = new WebSocket(target.replace(/^http/, 'ws'), { headers: carried.headers ?? {} });
  const packets = new Inbox<string>('packets');
  socket.on('message', (data: Buffer) => packets.push(data.toString()));
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
        const answer = await (await fetch(line, { headers })).text();
        unread.push(...answer.split('\x1e'));
      }
      return unread.shift() ?? '';
    },
    send: post,
    close: () => void post('1').catch(() => undefined),
  };
}
