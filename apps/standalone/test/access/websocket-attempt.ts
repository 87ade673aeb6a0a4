import { openWebSocketWire, type WebSocketWire } from '@tetracast/testing';
import type { Act, Outcome } from './attempt';
import type { Carried } from './carriers';
import { address } from './http-attempt';

/** Goes on until a message, an acknowledgement or an error has come, and then until nothing else can come before it. */
export async function attemptOverWebSocket(url: string, carried: Carried, act: Act): Promise<Outcome> {
  const { headers = {}, protocols = [], frame } = carried;
  const parameters = act.kind === 'subscribe' ? { channel: act.channel, after: act.after } : {};
  await using wire = await openWebSocketWire(address(`${url}/ws`, parameters, carried), {
    headers,
    protocols: [...protocols],
  });
  if (frame !== undefined) wire.send({ type: 'auth', token: frame });
  if (act.kind === 'publish') wire.send({ type: 'publish', channel: act.channel, data: act.data });
  const code = await outcomeOn(wire);
  if (code !== 'ok') await lastWord(wire);
  return { code, bytes: JSON.stringify(wire.frames) };
}

async function outcomeOn(wire: WebSocketWire): Promise<string> {
  for (;;) {
    const frame = await wire.next();
    if (frame.type === 'message' || frame.type === 'ack') return 'ok';
    if (frame.type === 'error') return frame.code;
  }
}

/** Resolves when the line is closed, or has answered a ping that followed all else. */
async function lastWord(wire: WebSocketWire): Promise<void> {
  wire.send({ type: 'ping' });
  await Promise.race([wire.nextOf('pong').catch(() => undefined), wire.closed]);
}
