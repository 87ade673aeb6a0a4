import { openWebSocketWire, type WebSocketWire } from '@tetracast/testing';
import type { Act, Outcome } from './attempt';
import type { Carried } from './carriers';
import { address } from './http-attempt';

/** Goes on until a message, an acknowledgement or an error has come, and then until nothing else can come before it. */
export async function attemptOverWebSocket(url: string, carried: Carried, act: Act): Promise<Outcome> {
  const { headers = {}, protocols = [], frame } = carried;
  const { parameters, request } = wordsOf(act);
  await using wire = await openWebSocketWire(address(`${url}/ws`, parameters, carried), {
    headers,
    protocols: [...protocols],
  });
  if (frame !== undefined) wire.send({ type: 'auth', token: frame });
  if (act.onceOpen !== undefined) {
    await wire.nextOf('welcome');
    await act.onceOpen();
  }
  if (request !== undefined) wire.send(request);
  const code = await outcomeOn(wire);
  if (code !== 'ok') await lastWord(wire);
  return { code, bytes: JSON.stringify(wire.frames) };
}

function wordsOf(act: Act): { parameters: Readonly<Record<string, string>>; request?: object } {
  const { channel } = act;
  if (act.kind === 'publish') return { parameters: {}, request: { type: 'publish', channel, data: act.data } };
  if (act.by === undefined) return { parameters: { channel, ...act.start } };
  return { parameters: {}, request: { type: 'subscribe', channels: [channel], ...act.start } };
}

async function outcomeOn(wire: WebSocketWire): Promise<string> {
  for (;;) {
    const frame = await wire.next().catch(() => wire.closed);
    if (!('type' in frame)) return `closed with ${frame.code}`;
    if (frame.type === 'message' || frame.type === 'ack') return 'ok';
    if (frame.type === 'error') return frame.code;
  }
}

/** Resolves when the line is closed, or has answered a ping that followed all else. */
async function lastWord(wire: WebSocketWire): Promise<void> {
  wire.send({ type: 'ping' });
  await Promise.race([wire.nextOf('pong').catch(() => undefined), wire.closed]);
}
